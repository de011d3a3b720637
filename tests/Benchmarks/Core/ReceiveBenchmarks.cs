using System.Net.WebSockets;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Core;

/// <summary>
/// Decode, unmask and validate 64 KiB of masked text frames that are hot in the cache: the core where they lie, the framework out of a stream over
/// the same bytes, which is how it reads.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public class ReceiveBenchmarks
{
    private FrameBuffer _frames = null!;
    private byte[] _buffer = null!;
    private WebSocket _webSocket = null!;
    private byte[] _message = null!;
    private ConnectionState _open;

    /// <summary>Payload bytes of each frame.</summary>
    [Params(8, 32, 125, 1024)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _frames = FrameBuffer.Of(Payload);
        _buffer = [.. _frames.Bytes];
        _message = new byte[Payload];
        _open = ConnectionState.Start(ConnectionSettings.Default, 0) with { Phase = Phase.Open };
        _webSocket = WebSocket.CreateFromStream(
            new EndlessStream(_frames.Bytes), new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>System.Net.WebSockets, reading the same bytes from memory.</summary>
    [Benchmark(Baseline = true)]
    public async Task<int> Framework()
    {
        var length = 0;
        for (var i = 0; i < _frames.Frames; i++)
        {
            var result = await _webSocket.ReceiveAsync(_message.AsMemory(), CancellationToken.None);
            length += result.Count;
        }
        return length;
    }

    /// <summary>The core as the server drives it: whole messages by the fast path, anything else by the machine.</summary>
    [Benchmark]
    public int Core() => Drain(_open, _buffer, fast: true);

    /// <summary>The core without its fast path: each frame is a transition of the machine.</summary>
    [Benchmark]
    public int CoreMachineOnly() => Drain(_open, _buffer, fast: false);

    private static int Drain(ConnectionState state, byte[] buffer, bool fast)
    {
        var length = 0;
        for (var at = 0; at < buffer.Length;)
        {
            var rest = buffer.AsSpan(at);
            if (fast && state.AllowsWholeMessage)
            {
                var whole = WholeMessageReader.Read(rest, ConnectionSettings.Default.MaxMessage);
                if (!whole.IsNone)
                {
                    length += whole.Length;
                    at += whole.End;
                    continue;
                }
            }
            var transition = ConnectionMachine.Receive(ConnectionSettings.Default, state, rest, 0);
            state = transition.State;
            length += transition.Actions.First.Length;
            at += transition.Consumed;
        }
        return length;
    }

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(new PerFrameColumn());
    }
}
