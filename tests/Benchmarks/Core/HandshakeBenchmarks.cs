using System.Text;
using BenchmarkDotNet.Attributes;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Benchmarks.Core;

/// <summary>An opening handshake as a browser sends it, from its bytes to the 101.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET /chat?room=lobby HTTP/1.1\r\nHost: localhost:8080\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n" +
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n" +
        "Upgrade: websocket\r\nOrigin: http://localhost:8080\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate\r\n" +
        "Accept-Language: en-GB,en\r\nSec-WebSocket-Key: uRovscZjNol/umbTt5uKmw==\r\n" +
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nSec-WebSocket-Protocol: chat.v1, echo\r\n\r\n");

    private static readonly HandshakePolicy Policy = new(
        Prelude.Seq("echo", "chat.v1"), SubprotocolPreference.Client, new NoOfferPolicy.Reject(), NoMatchPolicy.Reject,
        new OriginPolicy.Listed(true, Seq<string>.Empty));

    [Benchmark]
    public HeadScan Scan() => HeadScanner.Scan(HeadCursor.Request, Request, HeadLimits.Default);

    [Benchmark]
    public int ScanReadDecide()
    {
        HeadScanner.Scan(HeadCursor.Request, Request, HeadLimits.Default);
        return ServerHandshake.Read(Request, HeadLimits.Default)
            .Bind(request => Negotiation.Decide(Policy, request, false))
            .Match(accepted => accepted.ToBytes().Length, rejected => throw new InvalidOperationException(rejected.Explanation));
    }
}
