using System.Globalization;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Attacks;

/// <summary>Request heads that want to be slow, many, or something else than they seem.</summary>
[Trait("Row", "header with N spaces, or unclosed quotes: quadratic parsers")]
[Trait("Row", "16 KiB head in 1-byte packets: re-parse per packet")]
[Trait("Row", "65 headers; 2,000 headers of one name")]
[Trait("Row", "slow head, 2,000 sockets at 1 B/s")]
[Trait("Row", "bare LF, obs-fold, NUL, space before colon, Upgrade with Content-Length or Transfer-Encoding, two Hosts, absolute/garbage targets")]
[Trait("Row", "CR/LF smuggled through the chosen subprotocol")]
public sealed class HeadAttackTests
{
    private static readonly HeadLimits Wide = new(1 << 20, 1 << 20, 100_000, 100_000);

    public static TheoryData<string, string, string> Shapes => new()
    {
        { "spaces", "X: {0}a", " " },
        { "tabs", "X: {0}a", "\t" },
        { "spaces before a subprotocol", "Sec-WebSocket-Protocol: {0}echo", " " },
        { "commas", "Sec-WebSocket-Protocol: echo{0}", "," },
        { "subprotocols", "Sec-WebSocket-Protocol: echo{0}", ",a1" },
        { "an unclosed quote", "Sec-WebSocket-Extensions: a; b=\"{0}", "x" },
        { "escapes in an unclosed quote", "Sec-WebSocket-Extensions: a; b=\"{0}", "\\\"" },
        { "many quotes", "Sec-WebSocket-Extensions: a{0}", "; b=\"\"" },
        { "parameters", "Sec-WebSocket-Extensions: permessage-deflate{0}", "; server_max_window_bits=1" },
        { "extensions", "Sec-WebSocket-Extensions: a{0}", ", a" },
        { "spaces in an extension", "Sec-WebSocket-Extensions: a;{0}b", " " },
        { "connection tokens", "Connection: Upgrade{0}", ", a" },
        { "a long Host", "X-Host: {0}", "a." },
        { "a long origin", "Origin: http://{0}", "a." },
        { "header lines", "X: a{0}", "\r\nX: a" },
        { "cookies", "Cookie: a=b{0}", "; a=b" },
        { "forwarded", "X-Forwarded-For: 10.0.0.1{0}", ", 10.0.0.1" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Twice_the_head_takes_no_more_than_two_and_a_half_times_the_time(string name, string line, string unit)
    {
        // The least of several runs, by processor time; and where the machine was busy all the same, once more. A quadratic parser takes four times as long.
        var ratio = double.MaxValue;
        for (var attempt = 0; attempt < 8 && ratio > 2.5; attempt++) ratio = Math.Min(ratio, Time(32 * 1024) / Time(16 * 1024));
        Assert.True(ratio <= 2.5, $"{name}: {ratio:F2} times as long");

        double Time(int length)
        {
            var head = ClientFrames.Request(more: string.Format(CultureInfo.InvariantCulture, line, string.Concat(Enumerable.Repeat(unit, length / unit.Length))) + "\r\n");
            return Cost.Least(7, () =>
            {
                for (var i = 0; i < 4; i++)
                {
                    var scan = HeadScanner.Scan(HeadCursor.Request, head, Wide);
                    Assert.NotEqual(HeadScanKind.Incomplete, scan.Kind);
                    ServerHandshake.Read(head, Wide).IfRight(request => PerMessageDeflate.Negotiate(DeflatePolicy.Default, request.Extensions));
                }
            });
        }
    }

    [Fact]
    public void A_head_in_packets_of_one_byte_is_scanned_once()
    {
        var head = ClientFrames.Request(more: $"X: {new string('a', 16_384 - ClientFrames.Request(more: "X: \r\n").Length)}\r\n");
        Assert.Equal(16_384, head.Length);
        // What it costs from a cursor does not depend on how much lies before it: the last quarter of the bytes costs what the first does.
        var ratio = double.MaxValue;
        for (var attempt = 0; attempt < 8 && ratio > 1.5; attempt++) ratio = Math.Min(ratio, Quarter(3) / Quarter(0));
        Assert.True(ratio <= 1.5, $"the last quarter costs {ratio:F2} times the first");

        double Quarter(int number)
        {
            var start = number * head.Length / 4;
            var cursor = Scan(HeadCursor.Request, 0, start);
            return Cost.Least(9, () => Scan(cursor, start, start + (head.Length / 4)));
        }

        HeadCursor Scan(HeadCursor cursor, int from, int to)
        {
            for (var length = from + 1; length <= to; length++) cursor = HeadScanner.Scan(cursor, head.AsSpan(0, length), HeadLimits.Default).Cursor;
            return cursor;
        }
    }

    [Fact]
    public void What_has_come_of_a_long_head_is_not_copied_for_each_packet()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Connect();
        var head = ClientFrames.Request(protocol: "echo", more: $"X: {new string('a', 15_000)}\r\n");
        server.Feed(client, head.AsSpan(0, 10_000), piece: 100);
        var place = server.Connections[0].InputTarget();
        for (var i = 10_000; i < 10_050; i++)
        {
            server.Feed(client, head.AsSpan(i, 1));
            Assert.Same(place.Array, server.Connections[0].InputTarget().Array);
        }
        // It is received where it lies, which is not the buffer that all connections share.
        Assert.NotSame(server.Loop.ReceiveBuffer, place.Array);
        Assert.Equal(101, Answer.Status(server.Feed(client, head.AsSpan(10_050))));
        // And the array goes back: the next connection's head gets one like it.
        Assert.Equal("810161", server.SayHex(client, ClientFrames.Text("a")));
    }

    [Theory]
    [InlineData("X-{0}", 65)]
    [InlineData("X", 65)]
    [InlineData("X", 2000)]
    [InlineData("Cookie", 2000)]
    public void Too_many_headers_are_431(string name, int count)
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Connect();
        var head = ClientFrames.Request(more: string.Concat(Enumerable.Range(0, count).Select(i => string.Format(CultureInfo.InvariantCulture, name, i) + ":\r\n")));
        var answer = server.Feed(client, head);
        Assert.Equal((431, 1), (Answer.Status(answer), Answer.Responses(answer)));
        Assert.True(client.IsAtEnd);
    }

    [Fact]
    public void Two_hundred_slow_heads_get_408_and_a_quick_one_is_served_meanwhile()
    {
        var server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "connectionsPerAddress": 1000, "pendingHandshakes": 300 } }""");
        var slow = Enumerable.Range(0, 200).Select(_ => server.Connect(1024)).ToArray();
        var request = ClientFrames.Request();
        for (var second = 0; second < 5; second++)
        {
            foreach (var client in slow) client.TryWrite(request.AsSpan(second, 1));
            server.Pass(second == 4 ? 900 : 1_000);
            Assert.Equal(101, Answer.Status(server.Say(server.Connect(), ClientFrames.Request(protocol: "echo"))));
        }
        Assert.All(slow, client => Assert.False(client.IsAtEnd));
        server.Pass(330);
        Assert.All(slow, client => Assert.Equal(408, Answer.Status(client.ReadAvailable())));
        Assert.All(slow, client => Assert.True(client.IsAtEnd));
        server.Pass(5_300);
        Assert.Equal(5, server.Loop.ConnectionCount);
        Assert.Equal(0, server.Ledger.Counts.Handshakes);
    }

    public static TheoryData<string> Heads => [.. Corpus.Heads.Select(head => head.Name)];

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_hostile_head_gets_one_refusal_and_its_socket_is_not_used_again(string name)
    {
        var head = Encoding.Latin1.GetBytes(Corpus.Heads.Single(one => one.Name == name).Text);
        foreach (var piece in new[] { head.Length, 1 })
        {
            var server = new ManualServer(TestHandlers.Echoes);
            var client = server.Connect();
            // A good request right behind it must not be taken for a second one.
            var answer = Encoding.Latin1.GetString([.. server.Feed(client, head, piece: piece), .. server.Feed(client, ClientFrames.Request(protocol: "echo"))]);
            Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(" 101 ", answer, StringComparison.Ordinal);
            Assert.Equal(1, Answer.Responses(Encoding.Latin1.GetBytes(answer)));
            Assert.Matches("\r\nConnection: close(, Upgrade)?\r\n", answer);
            Assert.True(client.IsAtEnd);
            client.EndOutput();
            server.Turn();
            Assert.Equal(0, server.Loop.ConnectionCount);
        }
    }

    [Fact]
    public void A_response_has_the_same_lines_whatever_is_offered()
    {
        var random = new Random(7);
        string[] pieces = ["echo", "echo.inline", ",", " ", "\t", "\r\n ", "%0d%0a", "\\r\\n", "\"", ";", ":", "X-Evil: 1", "\u00e9", "=", "a", "\u0085", "\v"];
        var lines = new HashSet<(int Status, int Lines)>();
        for (var i = 0; i < 600; i++)
        {
            var offer = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            var server = new ManualServer(TestHandlers.Echoes);
            var head = Encoding.Latin1.GetBytes(Encoding.ASCII.GetString(ClientFrames.Request(protocol: "@")).Replace("@", offer));
            var answer = Encoding.Latin1.GetString(server.Feed(server.Connect(), head));
            Assert.DoesNotContain("Evil", answer, StringComparison.Ordinal);
            if (answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
            {
                // An empty list offers nothing, and then nothing is chosen: a line less.
                var chosen = answer.Split("\r\n").SingleOrDefault(line => line.StartsWith("Sec-WebSocket-Protocol: ", StringComparison.Ordinal));
                if (chosen is null) Assert.Equal("", offer.Trim(',', ' ', '\t'));
                else Assert.Contains(chosen["Sec-WebSocket-Protocol: ".Length..], new[] { "echo", "echo.inline" });
                if (chosen is null) continue;
            }
            lines.Add((Answer.Status(Encoding.Latin1.GetBytes(answer)), answer.Split("\r\n").Length));
        }
        Assert.Contains(lines, one => one.Status == 101);
        Assert.All(lines.GroupBy(one => one.Status), one => Assert.Single(one));
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\n")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("")]
    [InlineData("\u00e9")]
    public void A_plugin_cannot_register_what_is_no_token(string token)
    {
        Assert.Throws<ArgumentException>(() => Handler.Inline(token, own => new InlineOf(own)));
        Assert.Throws<ArgumentException>(() => Handler.Inline("a", own => new InlineOf(own)).AlsoAs(token));
    }
}
