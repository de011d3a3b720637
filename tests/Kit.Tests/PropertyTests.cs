using PluginHost.Abstractions;
using PluginHost.Testing;

namespace PluginHost.Kit.Tests;

/// <summary>Each property finds a handler that is wrong in its way, and says how to try that again.</summary>
public sealed class PropertyTests
{
    private static HandlerUnderTest Of(Func<Plugin> create, params Conversation[] samples) => new(create, "test") { Samples = samples, Cases = 40 };

    private static PropertyFailedException Fails(Action<HandlerUnderTest> property, HandlerUnderTest handler)
    {
        var failed = Assert.Throws<PropertyFailedException>(() => property(handler));
        Assert.Contains($"Replay = \"{failed.Replay}\"", failed.Message, StringComparison.Ordinal);
        Assert.Contains(failed.Conversation, failed.Message, StringComparison.Ordinal);
        return failed;
    }

    [Fact]
    public void Answers_that_depend_on_who_speaks_first_are_found()
    {
        var failed = Fails(HandlerProperties.AnswersDoNotDependOnTransport, Of(Wrong.Shares, Conversation.Of("a"), Conversation.Of("b", "c")));
        Assert.Contains("\n\n", failed.Conversation, StringComparison.Ordinal); // it takes two
    }

    [Fact]
    public void A_handler_that_believes_its_clients_is_found_and_the_case_is_shrunk_and_replayed()
    {
        var handler = Of(Wrong.Parses, Conversation.Of("1", "2", "3"));
        var failed = Fails(HandlerProperties.JunkIsNoFault, handler);
        Assert.Contains("FormatException", failed.Why, StringComparison.Ordinal);
        Assert.Equal("""{"text":""}""", failed.Conversation);
        var again = new HandlerUnderTest(Wrong.Parses, "test") { Samples = handler.Samples, Replay = failed.Replay };
        Assert.Equal(failed.Replay, Fails(HandlerProperties.JunkIsNoFault, again).Replay);
    }

    [Fact]
    public void A_call_that_keeps_out_what_it_waits_for_is_found()
    {
        var failed = Fails(HandlerProperties.JunkIsNoFault, new HandlerUnderTest(Wrong.WaitsForRoom, "test")
        {
            Samples = [Conversation.Of("ask", "answer")],
            Settings = new TestSettings { Patience = TimeSpan.FromMilliseconds(200) },
        });
        Assert.Contains("neither completed nor overlapped", failed.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_is_not_saved_as_a_whole_is_found()
    {
        Fails(HandlerProperties.SavesAtEveryStep, Of(Wrong.Forgets, Conversation.Of("1", "20", "300")));
        HandlerProperties.SavesAtEveryStep(Of(() => new PluginOf(Handler.Pure("test", new Mean(savesCount: true))), Conversation.Of("1", "20", "300")));
    }

    [Fact]
    public void A_state_that_is_not_saved_at_all_is_found() =>
        Assert.Contains("Save answers nothing", Fails(HandlerProperties.SavesAtEveryStep, Of(Wrong.Draws, Conversation.Of("a", "b"))).Why, StringComparison.Ordinal);

    [Fact]
    public void A_pure_handler_that_is_none_is_found() => Fails(HandlerProperties.IsDeterministic, Of(Wrong.Draws, Conversation.Of("a")));

    [Fact]
    public void A_call_that_is_cut_off_at_the_end_of_its_time_is_found()
    {
        var failed = Fails(HandlerProperties.StopsCleanly, Of(Wrong.Lingers, Conversation.Of("a", "b")));
        Assert.Contains("1 call is in flight", failed.Why, StringComparison.Ordinal);
        Assert.Equal("""{"text":""}""", failed.Conversation);
    }

    [Fact]
    public void A_handler_that_takes_over_and_never_ends_is_found() =>
        Assert.Contains("the connection is open", Fails(HandlerProperties.StopsCleanly, Of(Wrong.TakesOver, Conversation.Of("a"))).Why, StringComparison.Ordinal);

    [Fact]
    public async Task A_property_of_a_host_that_all_cases_share()
    {
        await using var host = await TestHost.StartAsync(Wrong.Parses());
        Fails(HandlerProperties.JunkIsNoFault, new HandlerUnderTest(host, "test") { Cases = 40 });
    }

    [Fact]
    public void A_replay_that_is_none_is_refused() =>
        Assert.Throws<FormatException>(() => HandlerProperties.JunkIsNoFault(new HandlerUnderTest(Wrong.Parses, "test") { Replay = "seven" }));
}
