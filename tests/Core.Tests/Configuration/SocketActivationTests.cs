using LanguageExt;
using PluginHost.Core.Configuration;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>Sockets from a service manager.</summary>
public sealed class SocketActivationTests
{
    [Theory]
    [InlineData(null, null, null, "")]
    [InlineData("7", "", null, "")]
    [InlineData("", "1", null, "")]
    [InlineData("8", "1", "web", "")] // for another process
    [InlineData("7", "0", null, "")]
    [InlineData("7", "0", "", "")]
    [InlineData("7", "1", null, "3=")]
    [InlineData("7", "1", "", "3=")]
    [InlineData("7", "2", "web:local", "3=web 4=local")]
    [InlineData("7", "2", null, "3= 4=")]
    [InlineData("x", "1", null, "LISTEN_PID is no process id: \"x\"")]
    [InlineData("-7", "1", null, "LISTEN_PID is no process id: \"-7\"")]
    [InlineData("7", "x", null, "LISTEN_FDS is no number from 0 to 1000: \"x\"")]
    [InlineData("7", "-1", null, "LISTEN_FDS is no number from 0 to 1000: \"-1\"")]
    [InlineData("7", "1001", null, "LISTEN_FDS is no number from 0 to 1000: \"1001\"")]
    [InlineData("7", "2", "web", "LISTEN_FDNAMES has 1 names for the 2 sockets of LISTEN_FDS")]
    [InlineData("7", "1", "web:local", "LISTEN_FDNAMES has 2 names for the 1 sockets of LISTEN_FDS")]
    public void The_environment_says_which(string? process, string? count, string? names, string expected) => Assert.Equal(
        expected,
        SocketActivation.Read(7, process, count, names).Match(
            sockets => string.Join(' ', sockets.Map(one => $"{one.Descriptor}={one.Name}")), problem => problem));

    [Theory]
    [InlineData("", "web", "")]
    [InlineData("anything", "web", "web=3")]
    [InlineData("web", "web local", "web=3")]
    [InlineData("local web", "web local", "web=4 local=3")]
    [InlineData("web web", "web local", "web=3,4")]
    [InlineData("other", "web local", "3")]
    [InlineData("Web", "web local", "3")]
    [InlineData("web x y", "web local", "4 5")]
    public void A_socket_is_the_listener_of_its_name(string sockets, string listeners, string expected)
    {
        var passed = sockets.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((name, i) => new PassedSocket(3 + i, name)).ToArray().ToSeq();
        var names = listeners.Split(' ').ToSeq();
        Assert.Equal(expected, SocketActivation.Assign(passed, names).Match(
            found => string.Join(' ', names.Filter(found.ContainsKey).Map(name => $"{name}={string.Join(',', found[name].Map(one => one.Descriptor))}")),
            problems => string.Join(' ', problems.Map(one => one.Split("the socket ")[1].Split(',')[0]))));
    }

    [Fact]
    public void A_socket_of_no_listener_is_a_problem_that_says_what_to_write() => Assert.Equal(
        Seq1("the service manager has passed on the socket 3, named \"x\", and no listener has that name; write FileDescriptorName= with one of \"web\", \"local\" "
            + "into its socket unit"),
        SocketActivation.Assign(Seq1(new PassedSocket(3, "x")), Seq("web", "local")).LeftToSeq()[0]);
}
