using System.Net.Sockets;
using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Run;
using PluginHost.Conformance.Tests.Support;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests;

/// <summary>Servers with faults, one each: the run must not call them OK.</summary>
public class RunnerTests
{
    private const string Close1000 = "880203e8", Close1002 = "880203ea", Close1007 = "880203ef";
    private const string Hello = "810d48656c6c6f2c20776f726c6421", Pong = "8a00";

    /// <summary>What a server answers to all that comes first, and behind the bar to the close frame; and the verdict.</summary>
    [Theory]
    [InlineData("1.1.1", "8100|" + Close1000, Verdict.Ok)]
    [InlineData("1.1.1", "0100" + "8000|" + Close1000, Verdict.Ok)]
    [InlineData("1.1.1", "8200|" + Close1000, Verdict.Failed)] // binary for text
    [InlineData("1.1.1", "810141|" + Close1000, Verdict.Failed)]
    [InlineData("1.1.1", "8100" + "8100|" + Close1000, Verdict.Failed)]
    [InlineData("1.1.1", "8101ff|" + Close1000, Verdict.Failed)]
    [InlineData("1.1.1", Close1000, Verdict.Failed)]
    [InlineData("1.1.1", "8100|", Verdict.Failed)] // no close frame
    [InlineData("1.1.1", "8100|" + Close1002, Verdict.Failed)]
    [InlineData("1.1.1", "8100|" + Close1000 + "8100", Verdict.Failed)] // data after close
    [InlineData("1.1.1", "8100|" + Close1000 + "8900", Verdict.Failed)] // ping after close
    [InlineData("2.1", Pong + "|" + Close1000, Verdict.Ok)]
    [InlineData("2.1", "8a0141|" + Close1000, Verdict.Failed)]
    [InlineData("2.7", Close1000, Verdict.Ok)]
    [InlineData("2.7", Pong + Close1000, Verdict.Failed)]
    [InlineData("3.1", Close1002, Verdict.Ok)]
    [InlineData("3.1", "", Verdict.NonStrict)]
    [InlineData("3.1", Close1007, Verdict.Failed)]
    [InlineData("3.1", Hello + Close1002, Verdict.Failed)]
    [InlineData("3.2", Hello + Close1002, Verdict.Ok)]
    [InlineData("3.2", Close1002, Verdict.NonStrict)]
    [InlineData("3.2", Hello, Verdict.NonStrict)]
    [InlineData("3.2", Hello + Pong + Close1002, Verdict.Failed)]
    [InlineData("7.1.3", Close1000, Verdict.Ok)]
    [InlineData("7.1.3", Pong + Close1000, Verdict.Failed)]
    [InlineData("7.3.1", "8800", Verdict.Ok)]
    [InlineData("7.5.1", Close1007, Verdict.Ok)]
    [InlineData("7.5.1", Close1000, Verdict.Failed)]
    [InlineData("7.7.2", "880203e9", Verdict.Ok)]
    [InlineData("7.7.2", Close1002, Verdict.Failed)]
    [InlineData("7.9.1", Close1002, Verdict.Ok)]
    [InlineData("7.9.1", Close1000, Verdict.Failed)]
    [InlineData("7.13.1", Close1002, Verdict.Informational)]
    [InlineData("7.13.1", "881103ea", Verdict.Failed)] // ends within a frame
    public async Task A_scripted_server_gets_the_verdict_that_it_earns(string number, string answer, object verdict)
    {
        await using var server = new TestServer(async (stream, input, _) =>
        {
            var parts = answer.Split('|');
            await TakeAsync(Find(number).Steps.TakeWhile(step => step is not Step.Await { Count: > 0 }), input);
            await stream.WriteAsync(Dsl.Hex(parts[0]));
            if (parts.Length == 1) return;
            await TakeAsync(Find(number).Steps.SkipWhile(step => step is not Step.Await { Count: > 0 }), input);
            await stream.WriteAsync(Dsl.Hex(parts[1]));
        });
        Assert.Equal(verdict, await VerdictAsync(server, Find(number)));
    }

    [Theory]
    [InlineData(false, true, Verdict.Ok)]
    [InlineData(true, true, Verdict.Failed)] // it closed before it was asked to
    [InlineData(false, false, Verdict.Failed)] // it never ended TCP
    public void Who_ends_what_counts(bool serverClosedFirst, bool ended, object verdict)
    {
        var end = ended ? StreamEnd.Finished : StreamEnd.Open;
        var seen = new Observed([Dsl.Echo("")], 1000, serverClosedFirst, end, true, null, false, false);
        Assert.Equal(verdict, Judge.VerdictOf(Find("1.1.1"), seen));
        if (!ended) Assert.Equal(verdict, Judge.VerdictOf(Find("7.13.1"), seen));
    }

    [Fact]
    public async Task A_server_that_closes_unasked_fails()
    {
        await using var server = new TestServer(async (stream, _, _) => await stream.WriteAsync(Dsl.Hex("8100" + Close1000)));
        Assert.Equal(Verdict.Failed, await VerdictAsync(server, Find("9.7.1")));
    }

    [Fact]
    public async Task A_server_that_leaves_tcp_open_fails()
    {
        var leave = new TaskCompletionSource();
        await using var server = new TestServer(async (stream, input, _) =>
        {
            await TakeAsync(Find("7.3.3").Steps, input);
            await stream.WriteAsync(Dsl.Hex(Close1000));
            await leave.Task;
        });
        var result = await ResultAsync(server, Find("7.3.3"));
        leave.SetResult();
        Assert.Equal((Verdict.Failed, "client", false), (result.Verdict, result.Closing.By, result.Closing.Clean));
    }

    [Fact]
    public async Task A_server_that_resets_the_connection_fails()
    {
        await using var server = new TestServer(async (stream, input, _) =>
        {
            await TakeAsync(Find("7.3.3").Steps, input);
            await stream.WriteAsync(Dsl.Hex(Close1000));
            ((NetworkStream)stream).Socket.Close(0);
        });
        var result = await ResultAsync(server, Find("7.3.3"));
        Assert.Equal((Verdict.Failed, false), (result.Verdict, result.Closing.Clean));
    }

    [Fact]
    public async Task A_server_that_says_nothing_at_all_fails_when_the_time_is_over()
    {
        var leave = new TaskCompletionSource();
        await using var server = new TestServer((_, _, _) => leave.Task);
        Assert.Equal(Verdict.Failed, await VerdictAsync(server, Find("1.1.1") with { Limit = TimeSpan.FromMilliseconds(200) }));
        leave.SetResult();
    }

    /// <summary>The bad byte of 6.4.4 is the twelfth of the payload, the eighteenth of the frame.</summary>
    [Theory]
    [InlineData(6 + 12 + 1, Verdict.Ok)]
    [InlineData(6 + 21, Verdict.NonStrict)]
    [InlineData(6 + 11, Verdict.Failed)]
    public async Task The_byte_at_which_text_is_refused_decides(int after, object verdict)
    {
        await using var server = new TestServer(async (stream, input, _) =>
        {
            await input.ReadAsync(new byte[after]);
            await stream.WriteAsync(Dsl.Hex(Close1007));
        });
        Assert.Equal(verdict, await VerdictAsync(server, Find("6.4.4")));
    }

    [Fact]
    public async Task Declined_compression_is_unimplemented_and_nothing_worse()
    {
        await using var server = new TestServer((_, _, _) => Task.CompletedTask);
        Assert.Equal(Verdict.Unimplemented, await VerdictAsync(server, Find("12.1.1")));
    }

    [Fact]
    public async Task An_answer_that_ignores_the_offer_fails()
    {
        await using var server = new TestServer(FrameworkEcho.ServeAsync, _ => "permessage-deflate; client_no_context_takeover");
        Assert.Equal(Verdict.Ok, await VerdictAsync(server, Find("13.1.1")));
        Assert.Equal(Verdict.Failed, await VerdictAsync(server, Find("13.2.1")));
    }

    [Fact]
    public async Task An_answer_without_an_offer_fails()
    {
        await using var server = new TestServer((_, _, _) => Task.CompletedTask, _ => "permessage-deflate");
        Assert.Equal(Verdict.Failed, await VerdictAsync(server, Find("1.1.1")));
    }

    [Fact]
    public async Task The_frameworks_server_is_ok_in_every_compression_case()
    {
        await using var server = new TestServer(FrameworkEcho.ServeAsync, FrameworkEcho.Answer);
        var cases = CaseList.All().Where(one => one.Offers.Count > 0);
        var finished = await Suite.RunAsync(server.Url, cases, concurrency: 2, repetitions: 2);
        Assert.Equal(216, finished.Count);
        Assert.All(finished, one =>
            Assert.True(one.Result is { Verdict: Verdict.Ok, Compressed: true }, $"{one.Result.Number}: {one.Seen}"));
    }

    [Fact]
    public async Task An_echo_that_differs_fails()
    {
        await using var server = new TestServer(
            (stream, input, offers) => FrameworkEcho.ServeAsync(stream, offers, message => message[0] ^= 1), FrameworkEcho.Answer);
        Assert.Equal(Verdict.Failed, await VerdictAsync(server, Find("12.2.1")));
    }

    private static Case Find(string number) => CaseList.All().First(one => one.Number == number);

    private static async Task<Verdict> VerdictAsync(TestServer server, Case one) => (await ResultAsync(server, one)).Verdict;

    private static async Task<Results.CaseResult> ResultAsync(TestServer server, Case one) =>
        (await Suite.RunAsync(server.Url, [one], 1, 1)).Single().Result;

    /// <summary>Reads what the steps send.</summary>
    private static async Task TakeAsync(IEnumerable<Step> steps, Input input)
    {
        foreach (var send in steps.OfType<Step.Send>()) await input.ReadAsync(new byte[Frame.ToBytes(send.Frames).Length]);
    }
}
