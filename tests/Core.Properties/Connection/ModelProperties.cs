using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Connection;

/// <summary>One thing that happens to a connection. Frames only happen once there is a head, so that they are frames.</summary>
public sealed record Happening(string Name, Func<Wire, string[]> Do, object Model)
{
    public override string ToString() => Name;
}

public sealed record Story(Role Role, bool KeepAlive, TokenRate Controls, Happening[] Happenings)
{
    public override string ToString() => $"{Role}{(KeepAlive ? "" : " without pings")}, {Controls}: {string.Join(" → ", (object[])Happenings)}";
}

/// <summary>Random stories of a connection, told to the machine and to <see cref="ConnectionModel"/>.</summary>
public sealed class ModelProperties
{
    private delegate string[] Told(ConnectionModel model, long now);

    public static Arbitrary<Story> Stories() => Arb.From(
        from role in Gen.Elements(Role.Server, Role.Client)
        from keepAlive in Gen.Elements(true, true, false)
        from controls in Gen.Elements(new TokenRate(20, 1), new TokenRate(7, 2), new TokenRate(1000, 100))
        from opened in Gen.Choose(0, 5)
        from count in Gen.Choose(0, 25)
        from seeds in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), count)
        select new Story(role, keepAlive, controls, [
            .. opened > 0 ? [GoodHead(role), Accept] : (Happening[])[], .. seeds.Select(seed => Any(new Random(seed), role))]),
        story => Enumerable.Range(0, story.Happenings.Length)
            .Select(i => story with { Happenings = [.. story.Happenings.Where((_, at) => at != i)] }));

    [Property(MaxTest = 2000, Arbitrary = [typeof(ModelProperties)])]
    public void The_machine_does_what_the_model_does(Story story) => Play(story);

    [Property(MaxTest = 300, Arbitrary = [typeof(ModelProperties)])]
    public void A_connection_left_alone_comes_to_its_end_when_its_deadlines_are_met(Story story)
    {
        var wire = Play(story);
        if (wire.State.Phase == Phase.Open) wire.Close(CloseCode.GoingAway);
        for (var ticks = 0; wire.State.Phase != Phase.Closed; ticks++)
        {
            Assert.InRange(ticks, 0, 4);
            wire.Tick(Math.Max(wire.Now, wire.State.NextDeadline));
        }
    }

    [Fact]
    public void The_stories_reach_every_phase_and_every_row_of_the_table()
    {
        var moves = new HashSet<(Phase, Trigger, Phase)>();
        var sample = Gen.Sample(Stories().Generator, 3000, new Rnd(20_250_101, 4_711), 50);
        foreach (var story in sample) moves.UnionWith(Play(story).Moves);
        Assert.Equal(PhaseTable.Rows.Order(), moves.Order());
        Assert.Equal(Enum.GetValues<Phase>(), moves.SelectMany(m => new[] { m.Item1, m.Item3 }).Distinct().Order());
    }

    private static Wire Play(Story story)
    {
        var settings = Settings.Of(story.Role) with { PingInterval = story.KeepAlive ? 200 : 0, ControlFrames = story.Controls };
        var wire = new Wire(settings);
        var model = new ConnectionModel(
            story.Role == Role.Server, 100, 300, story.KeepAlive ? 200 : 0, 50, 70, settings.MaxFragments, 60, story.Controls.PerSecond / 1000m,
            story.Controls.Burst);
        foreach (var happening in story.Happenings)
        {
            wire.Take();
            // Frames before the head, or behind one that waits, are another test's.
            var (kind, state) = (happening.Name.Split(' ')[0], wire.State);
            if (kind == "frame" && state.IsConnecting) continue;
            if (kind == "head" && state.Phase is not (Phase.Connecting or Phase.Refused)) continue;
            var phase = wire.State.Phase;
            var actual = happening.Do(wire);
            Assert.Equal(((Told)happening.Model)(model, wire.Now), actual);
            Assert.Equal(model.Phase, wire.State.Phase.ToString());
            Assert.Equal(model.NextDeadline ?? ConnectionState.NoDeadline, wire.State.NextDeadline);
            if (phase != wire.State.Phase) Assert.Contains(PhaseTable.Rows, row => row.From == phase && row.To == wire.State.Phase);
        }
        Assert.All(wire.Moves, move => Assert.Contains(PhaseTable.Rows, row => row == move));
        return wire;
    }

    private static Happening Of(string name, Action<Wire> act, Told told) => new(
        name,
        wire =>
        {
            act(wire);
            return wire.Take();
        },
        told);

    private static Happening Accept { get; } = Of("accept", w => w.Accept(), (m, now) => m.Accept(now));

    private static Happening GoodHead(Role role)
    {
        var head = role == Role.Server ? "GET / HTTP/1.1\r\nHost: h\r\n\r\n" : "HTTP/1.1 101 Switching\r\n\r\n";
        return Of("head", w => w.Receive(Encoding.ASCII.GetBytes(head)), (m, now) => m.Head(true, head.Length, now));
    }

    private static Happening Any(Random random, Role role)
    {
        var masked = role == Role.Server;
        var fin = random.Next(3) > 0;
        var letter = (byte)random.Next(0x41, 0x5B);
        var hex = letter.ToString("X2", CultureInfo.InvariantCulture);
        var status = random.Next(2) == 0 ? 403 : 503;
        return random.Next(38) switch
        {
            0 => Of("head bad", w => w.Receive("(\r\n\r\n"u8), (m, now) => m.Head(false, 0, now)),
            1 => GoodHead(role),
            2 or 3 => Accept,
            4 => Of("refuse", w => w.Refuse(status), (m, now) => m.Refuse(status, now)),
            <= 7 => Of("frame text", w => w.Receive(Frame.Text([letter], masked, fin)), (m, now) => m.Data($"Text {hex}", fin, now)),
            8 => Of("frame binary", w => w.Receive(Frame.Binary([], masked, fin)), (m, now) => m.Data("Binary ", fin, now)),
            <= 12 => Of("frame more", w => w.Receive(Frame.More([letter], masked, fin)), (m, now) => m.More(hex, fin, now)),
            13 => Of("frame ping", w => w.Receive(Frame.Ping([letter], masked)), (m, now) => m.Ping(hex, now)),
            14 => Of("frame pong", w => w.Receive(Frame.Pong([letter], masked)), (m, now) => m.Pong(hex, now)),
            15 => Of("frame close", w => w.Receive(Frame.Close(4001, "so"u8, masked)), (m, now) => m.PeerCloses(4001, "so", now)),
            16 => Of("frame close empty", w => w.Receive(Frame.EmptyClose(masked)), (m, now) => m.PeerCloses(1005, "", now)),
            17 => Broken(random, masked),
            18 => Of("end of input", w => w.InputEnded(), (m, _) => m.InputEnds()),
            19 => Of("abort", w => w.Abort(), (m, _) => m.Breaks()),
            20 => Of("send text", w => w.Send(Opcode.Text, fin, 7), (m, _) => m.Send("Text", fin, 7)),
            21 => Of("send more", w => w.Send(Opcode.Continuation, fin, 0), (m, _) => m.Send("Continuation", fin, 0)),
            22 => Of("send ping", w => w.Send(Opcode.Ping, fin, 125), (m, _) => m.Send("Ping", fin, 125)),
            23 => Of("send pong", w => w.Send(Opcode.Pong, true, 126), (m, _) => m.Send("Pong", true, 126)),
            24 or 25 => Close(random),
            <= 28 => Wait(random.Next(1, 120)),
            29 => Of($"block {fin}", w => w.Block(fin), (m, now) => m.Blocks(fin, now)),
            30 => Of("flow", w => w.Flow(), (m, _) => m.Flows()),
            31 => Of("frame ping", w => w.Receive(Frame.Ping([letter], masked)), (m, now) => m.Ping(hex, now)),
            _ => Of("deadline", w => w.Tick(Due(w)), (m, now) => m.Tick(now)),
        };
    }

    private static long Due(Wire wire) => wire.State.NextDeadline == ConnectionState.NoDeadline ? wire.Now : wire.State.NextDeadline;

    private static Happening Wait(int time) => Of($"wait {time}", w => w.Tick(w.Now + time), (m, now) => m.Tick(now));

    private static Happening Close(Random random)
    {
        int[] valid = [1000, 1001, 1014, 3000, 4999], other = [1005, 999, 1004, 1006, 1015, 2999, 5000], all = [.. valid, .. other];
        var code = all[random.Next(all.Length)];
        return Of($"close {code}", w => w.Close((CloseCode)code), (m, now) => m.Close(code, valid.Contains(code), now));
    }

    private static Happening Broken(Random random, bool masked)
    {
        var (bytes, violation, code) = random.Next(4) switch
        {
            // Every one alive first: a violation too is heard, but then nothing is left of it.
            0 => (Frame.Of((Opcode)5, [], masked), "UnknownOpcode", 1002),
            1 => (Frame.Ping("x"u8, !masked), masked ? "UnmaskedClientFrame" : "MaskedServerFrame", 1002),
            2 => (Frame.Close(1005, [], masked), "InvalidCloseCode", 1002),
            _ => (Frame.Close(1000, [0xC3], masked), "InvalidCloseReason", 1007),
        };
        return Of($"frame {violation}", w => w.Receive(bytes), (m, now) => m.Broken(violation, code, now));
    }
}
