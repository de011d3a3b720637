using System.Text;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Tests.Support;
using PluginHost.Server.Scripting.Engine;
using static LanguageExt.Prelude;

namespace PluginHost.Hostile.Fuzzing;

/// <summary>The core takes any bytes: it answers, in proportion, and the same however they are cut.</summary>
public sealed class CoreFuzzTests
{
    private static readonly byte[][] HttpWords = Mutator.Words(
        "\r\n", "\n", ": ", "Host: localhost\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Extensions: permessage-deflate", "Origin: http://localhost\r\n", "GET / HTTP/1.1\r\n", "%2f", "%", "\"", "\\", ",", ";", "=",
        "Forwarded: for=1.2.3.4;proto=https\r\n", "X-Forwarded-For: 1.2.3.4\r\n", " ", "\t", "?a=b&c", "[::1]", "http://");

    private static readonly HandshakePolicy Policy = new(
        Seq("echo", "chat.v1"), SubprotocolPreference.Client, new NoOfferPolicy.Handler("echo"), NoMatchPolicy.Accept, new OriginPolicy.Listed(true, Seq1("https://good.example")));

    private static readonly ScriptLimits Limits = new() { Steps = 5_000, Memory = 1 << 20, Output = 64 * 1024, Regex = TimeSpan.FromMilliseconds(5) };

    private static readonly ScriptEvent Message = new(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1) { Payload = "{\"a\": [1, 2]}"u8.ToArray(), IsText = true };

    private static long Proportionate(int length) => (4L << 20) + (400L * length);

    [Fact]
    public void Request_heads() => Fuzzer.Run("head", HttpWords, (input, mutator) =>
    {
        var limits = HeadLimits.Default;
        var whole = HeadScanner.Scan(HeadCursor.Request, input, limits);
        var cursor = HeadCursor.Request;
        var length = 0;
        foreach (var piece in mutator.Cut(input))
        {
            length += piece.Length;
            var scan = HeadScanner.Scan(cursor, input.AsSpan(0, length), limits);
            cursor = scan.Cursor;
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            Assert.Equal(whole, scan);
            break;
        }
        if (whole.Kind != HeadScanKind.Complete) return;
        var head = input[..whole.Cursor.Position];
        ServerHandshake.Read(head, limits).Match(
            Left: rejection =>
            {
                var reply = Encoding.Latin1.GetString(rejection.ToBytes());
                Assert.StartsWith("HTTP/1.1 4", reply, StringComparison.Ordinal);
                Assert.EndsWith("\r\n", reply.Split("\r\n\r\n")[0] + "\r\n", StringComparison.Ordinal);
            },
            Right: request =>
            {
                PerMessageDeflate.Negotiate(DeflatePolicy.Default, request.Extensions);
                Forwarding.Find(ProxyPolicy.None with { TrustsUnix = true, Header = ForwardingHeader.Forwarded }, None, request.Head.Headers);
                Forwarding.Find(ProxyPolicy.None with { TrustsUnix = true, Header = ForwardingHeader.XForwardedFor }, None, request.Head.Headers);
                Negotiation.Decide(Policy, request, secure: false).IfRight(accepted =>
                {
                    var reply = Encoding.Latin1.GetString(accepted.ToBytes());
                    Assert.Equal(reply.Split("\r\n").Length, reply.Split('\n').Length);
                    Assert.InRange(reply.Split("\r\n").Length, 6, 8);
                });
            });
    }, Proportionate);

    [Fact]
    public void Frames() => Fuzzer.Run("frames", [.. Corpora.Corpus.Frames.Take(40).Select(frame => Convert.FromHexString(frame.Hex))], (input, mutator) =>
    {
        var settings = ConnectionSettings.Default with { MaxMessage = 5_000, MaxFragments = 50 };
        var whole = Wire.Open(settings).Receive(input);
        var pieces = Wire.Open(settings, fastPath: mutator.Random.Next(2) == 0);
        foreach (var piece in mutator.Cut(input)) pieces.Receive(piece);
        Assert.Equal(whole.Events, pieces.Events);
        Assert.Equal(whole.State.Phase, pieces.State.Phase);
        whole.InputEnded();
        whole.Tick(1_000_000);
        Assert.True(whole.State.Phase is Phase.Closed or Phase.CloseSent or Phase.CloseReceived or Phase.Failed);
    }, length => (16L << 20) + (4_000L * length));

    [Fact]
    public void Configurations() => Fuzzer.Run("configuration", Mutator.Words(
        "{", "}", "[", "]", ":", ",", "\"", "\\u0000", "\\ud800", "null", "true", "1e999", "-1", "\"limits\"", "\"routes\"", "\"path\"", "\"/{x}\"", "\"*\"", "\"tls\"", "\"{env:X}\"", "\"{file:x}\"", "//", "/*", "*/",
        "\"listeners\"", "\"plugins\"", "\"entries\"", "\"options\"", "\"1KiB\"", "\"5s\"", "\"unix:x\"", "\"[::1]:0\""), (input, _) =>
        ConfigurationReader.Read(input).IfLeft(problems =>
        {
            Assert.NotEmpty(problems);
            foreach (var problem in problems)
            {
                Assert.True(problem.Line >= 1 && problem.Column >= 1);
                Assert.DoesNotContain(problem.Format("f"), char.IsControl);
            }
        }), length => (32L << 20) + (20_000L * length));

    [Fact]
    public void Scripts() => Fuzzer.Run("script", Mutator.Words(
        "{{", "}}", "{{~", "-}}", "for x in ", "end", "if ", "while true", "func ", "ret ", "$", "|", "..", "(", ")", "[", "]", "{", "}", "\"", "'", "`", "@", "??", "?.", "=", "+=", "include ", "capture ", "wrap ", "case ", "when ",
        "string.upcase", "array.sort", "regex.match", "math.pow", "message", "state", "json", "1", "1e308", "\n", "#", "##", "readonly ", "with ", "import "), (input, _) =>
        {
            var text = Encoding.UTF8.GetString(input);
            ScriptHeader.Read("x.sbn", text);
            ScriptProgram.Compile("x.sbn", text).Match(
                Left: errors => Assert.All(errors, error => Assert.True(error.Line >= 1 && error.Column >= 1)),
                Right: script =>
                {
                    var result = ScriptDesk.Own.Handle(
                        new ScriptSetting(script, new Dictionary<string, ScriptPart<ScriptProgram>>(), Limits, TimeSpan.FromSeconds(1), ScriptData.Nothing, new StoreCell(ScriptStoreLimits.Default)), Message,
                        ScriptState.Empty, ScriptData.Nothing, TimeProvider.System);
                    if (result.Error is { } error) Assert.True(error.Line >= 1 && error.Column >= 1);
                });
        }, length => (64L << 20) + (20_000L * length));

    [Fact]
    public void Topics() => Fuzzer.Run("topic", Mutator.Words("/", "+", "#", "//", "a", "+/+", "/#", "\0", "\u00e9"), (input, mutator) =>
    {
        var text = Encoding.UTF8.GetString(input);
        var half = text.Length / 2;
        var (pattern, topic) = (text[..half], text[half..]);
        var isPattern = TopicSyntax.CheckPattern(pattern, TopicLength.Default) == default;
        var isTopic = TopicSyntax.CheckName(topic, TopicLength.Default) == default;
        _ = TopicSyntax.Describe(TopicSyntax.CheckName(topic, TopicLength.Default), TopicLength.Default);
        if (!isTopic) return;
        Assert.True(TopicSyntax.Matches(topic, topic));
        if (!isPattern) return;
        // Whatever a wider pattern covers, it matches.
        if (TopicSyntax.Matches(pattern, topic)) Assert.True(TopicSyntax.Covers("#", pattern) || topic.StartsWith('$'));
        Assert.Equal(TopicSyntax.Covers(pattern, topic), TopicSyntax.Matches(pattern, topic));
    }, Proportionate);

    [Fact]
    public void Extension_offers() => Fuzzer.Run("extensions", HttpWords, (input, _) =>
        ExtensionOffers.Parse(Seq(Encoding.Latin1.GetString(input).Split('\n'))).IfRight(offers =>
        {
            PerMessageDeflate.Negotiate(DeflatePolicy.Default, offers).IfSome(agreed =>
            {
                Assert.InRange(agreed.Agreement.ServerMaxWindowBits, 9, 15);
                Assert.InRange(agreed.Agreement.ClientMaxWindowBits, 8, 15);
                Assert.True(agreed.Response.IsWritable);
            });
        }), Proportionate);

    [Fact]
    public void Proxy_headers() => Fuzzer.Run("proxy", Mutator.Words("PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "1.2.3.4 ", "::1 ", "65535", "\r\n", "\r\n\r\n\0\r\nQUIT\n", "\u0021\u0011\0\u000c", "\u0021\u0021\0\u0024"), (input, _) =>
    {
        var whole = ProxyHeader.Read(input);
        // The first prefix that is an answer is the answer.
        for (var length = 0; length <= Math.Min(input.Length, 600); length++)
        {
            var prefix = ProxyHeader.Read(input.AsSpan(0, length));
            if (prefix.Kind == ProxyHeaderKind.Incomplete) continue;
            Assert.Equal(whole, prefix);
            return;
        }
    }, Proportionate);

    [Fact]
    public void Targets_addresses_and_templates() => Fuzzer.Run("text", Mutator.Words("/", "{", "}", "%2e", "%00", "..", ":", "[", "]", "::", "1.2.3.4", "/32", "?", "#", "@", "*"), (input, mutator) =>
    {
        var text = Encoding.Latin1.GetString(input);
        RequestTarget.Parse(text).IfSome(target => Assert.StartsWith("/", target.Path, StringComparison.Ordinal));
        Authority.Parse(text);
        Address.Parse(text);
        Network.Parse(text);
        RouteTemplate.Parse(text);
        foreach (var piece in mutator.Cut(input)) FirstBytes.Guess(piece);
    }, Proportionate);
}
