using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;
using PluginHost.Tests.Topics;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>What one connection may take of a turn of its loop.</summary>
public class TurnShareTests
{
    private const int Flood = 6_000;

    private static byte[] Frames(int count) => [.. Enumerable.Range(0, count).SelectMany(i => Text($"{i:0000}"))];

    private static string Answers(int from, int count) =>
        string.Concat(Enumerable.Range(from, count).Select(i => Convert.ToHexString([0x81, 0x04, .. System.Text.Encoding.ASCII.GetBytes($"{i:0000}")])));

    [Fact]
    public void A_connection_handles_its_share_in_a_turn_and_the_rest_in_later_ones()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        client.Write(Frames(Flood));
        var answered = "";
        for (var turns = 1; turns <= 3; turns++)
        {
            server.Loop.Turn(mayWait: false);
            answered += ManualServer.Hex(client);
            Assert.Equal(Math.Min(Flood, turns * TurnBudget.Input.Steps), answered.Length / 12);
        }
        Assert.Equal(Answers(0, Flood), answered);
    }

    [Fact]
    public void A_neighbour_is_served_between_two_shares()
    {
        var order = new List<string>();
        var server = new ManualServer([Handler.Inline("notes", own => new InlineOf(own) { Message = (session, message) => order.Add(message.ToString()) })]);
        var flood = server.Open("notes");
        var neighbour = server.Open("notes");
        flood.Write(Frames(Flood));
        server.Loop.Turn(mayWait: false);
        neighbour.Write(Text("neighbour"));
        server.Turn();
        Assert.Equal(Flood + 1, order.Count);
        Assert.True(order.IndexOf("neighbour") <= 2 * TurnBudget.Input.Steps, "it waited for more than one share");
    }

    [Fact]
    public void A_share_ends_when_its_time_is_over()
    {
        ManualServer server = null!;
        var order = new List<string>();
        server = new ManualServer([Handler.Inline("slow", own => new InlineOf(own)
        {
            Message = (session, message) =>
            {
                order.Add(message.ToString());
                if (message.ToString() != "neighbour") server.Clock += 5;
            },
        })]);
        var flood = server.Open("slow");
        var neighbour = server.Open("slow");
        flood.Write(Frames(20));
        neighbour.Write(Text("neighbour"));
        server.Turn();
        server.Turn();
        Assert.Equal(21, order.Count);
        Assert.True(order.IndexOf("neighbour") <= 2, "it waited for more than the steps before the second look at the clock");
    }

    [Fact]
    public void All_answers_of_a_share_leave_in_one_send()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var channel = CountedChannel.Open(server, "echo");
        channel.Receive(Frames(TurnBudget.Input.Steps / 2));
        Assert.Equal(1, channel.Sends);
        Assert.Equal(Answers(0, TurnBudget.Input.Steps / 2), channel.TakeHex());
    }

    [Fact]
    public void What_is_left_of_the_input_survives_a_pause()
    {
        var (paused, count) = ((Session?)null, 0);
        var server = new ManualServer([Handler.Inline("pauses", own => new InlineOf(own)
        {
            Message = (session, message) =>
            {
                session.Send(message);
                if (++count % 1_000 != 0) return;
                paused = session;
                session.PauseReading();
            },
        })]);
        var client = server.Open("pauses");
        client.Write(Frames(Flood));
        var answered = "";
        for (var i = 0; i < 20; i++)
        {
            server.Turn();
            answered += ManualServer.Hex(client);
            Assert.True(count <= 1_000 * (i + 1));
            paused?.ResumeReading();
        }
        Assert.Equal(Answers(0, Flood), answered);
    }

    [Fact]
    public void The_end_of_the_stream_comes_after_what_was_left()
    {
        var closed = 0;
        var count = 0;
        var server = new ManualServer([Handler.Inline("counts", own => new InlineOf(own)
        {
            Message = (_, _) => count++,
            Closed = (_, _) => closed = count,
        })]);
        var client = server.Open("counts");
        client.Write(Frames(Flood));
        client.EndOutput();
        server.Turn();
        Assert.Equal(Flood, closed);
    }

    [Fact]
    public void A_message_whose_fragments_wait_for_this_end_is_not_late()
    {
        ManualServer server = null!;
        server = new ManualServer([.. TestHandlers.Echoes, Handler.Inline("slow", own => new InlineOf(own) { Message = (_, _) => server.Clock += 40_000 })]);
        var neighbour = server.Open("slow");
        var client = server.Open("echo");
        var fragment = Of(Opcode.Continuation, "y"u8, fin: false);
        client.Write([.. Of(Opcode.Text, "x"u8, fin: false), .. Enumerable.Repeat(fragment, Flood).SelectMany(bytes => bytes), .. Of(Opcode.Continuation, "z"u8)]);
        var (answer, turns) = ("", 0);
        for (; !answer.EndsWith('z') && turns < 20; turns++)
        {
            neighbour.Write(Text("go"));
            server.Loop.Turn(mayWait: false);
            answer += ManualServer.Latin1(client.ReadAvailable());
        }
        Assert.EndsWith($"x{new string('y', Flood)}z", answer, StringComparison.Ordinal);
        Assert.True((turns - 1) * 40_000 > 30_000, "that was in time all the same");
    }

    [Fact]
    public void The_watchdog_times_calls_and_not_turns()
    {
        ManualServer server = null!;
        Watchdog watchdog = null!;
        server = new ManualServer([Handler.Inline("works", own => new InlineOf(own)
        {
            Message = (_, _) =>
            {
                server.Clock += 600;
                watchdog.Look();
            },
        })]);
        using (watchdog = new Watchdog([server.Loop], 1_000, () => server.Now, isManual: true))
        {
            var client = server.Open("works");
            server.Say(client, Frames(10));
        }
        Assert.Empty(server.Lines);
    }
}
