using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Tests.Limits;

/// <summary>Admission, back-off, quarantine, slow calls.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData(2, 1, 0, AdmissionResult.Admitted)]
    [InlineData(3, 1, 0, AdmissionResult.TooManyConnections)]
    [InlineData(2, 2, 0, AdmissionResult.TooManyOfAddress)]
    [InlineData(2, 1, 1, AdmissionResult.TooManyHandshakes)]
    [InlineData(3, 2, 1, AdmissionResult.TooManyConnections)]
    public void A_connection_is_admitted_below_each_limit_and_refused_at_it(int all, int ofAddress, int handshakes, AdmissionResult expected) =>
        Assert.Equal(expected, Admission.Decide(new ConnectionLimits(3, 2, 1, 1), new ConnectionCounts(all, ofAddress, handshakes)));

    [Theory]
    [InlineData(0, 2, AdmissionResult.Displacing)]
    [InlineData(0, 1, AdmissionResult.TooManyHandshakes)]
    [InlineData(5, 7, AdmissionResult.Displacing)]
    [InlineData(5, 6, AdmissionResult.TooManyHandshakes)] // they would only change places
    [InlineData(7, 7, AdmissionResult.TooManyHandshakes)]
    [InlineData(0, 0, AdmissionResult.TooManyHandshakes)]
    public void Where_handshakes_are_full_an_address_that_has_fewer_takes_a_place_of_the_one_with_the_most(int own, int most, AdmissionResult expected)
    {
        var limits = new ConnectionLimits(1000, 1000, 10, 1);
        Assert.Equal(expected, Admission.Decide(limits, new ConnectionCounts(10, own, 10, own, most)));
        Assert.Equal(AdmissionResult.Admitted, Admission.Decide(limits, new ConnectionCounts(9, own, 9, own, most)));
    }

    [Fact]
    public void Accepting_backs_off_from_5_ms_to_1_s_and_begins_anew_after_a_success()
    {
        var waits = new List<int>();
        var backOff = BackOff.Succeeded();
        Assert.Equal(0, backOff.Milliseconds);
        for (var i = 0; i < 12; i++) waits.Add((backOff = backOff.Failed()).Milliseconds);
        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000], waits);
        for (var i = 0; i < 100; i++) Assert.Equal(1000, (backOff = backOff.Failed()).Milliseconds);
        Assert.Equal(5, BackOff.Succeeded().Failed().Milliseconds);
    }

    [Fact]
    public void A_call_is_slow_once_when_the_same_is_seen_for_as_long_as_the_limit()
    {
        var look = new SlowCall().Looked(1000, 7, 100);
        Assert.False(look.IsSlow);
        look = look.Next.Looked(1000, 7, 1099);
        Assert.False(look.IsSlow);
        look = look.Next.Looked(1000, 7, 1100);
        Assert.True(look.IsSlow);
        Assert.False(look.Next.Looked(1000, 7, 9000).IsSlow);
        look = look.Next.Looked(1000, 8, 9000);
        Assert.False(look.IsSlow);
        Assert.Equal(default, look.Next.Looked(1000, 0, 20_000).Next);
        Assert.True(look.Next.Looked(1000, 8, 10_000).IsSlow);
    }
}
