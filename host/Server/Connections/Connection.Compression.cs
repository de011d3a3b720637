using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Compression;

namespace PluginHost.Server.Connections;

/// <summary>permessage-deflate (RFC 7692): the bytes of it. What is allowed, and what is too much, the core decides.</summary>
internal sealed partial class Connection
{
    private const int LeastInflateRoom = 4096;

    private MessageDeflate? _deflate;

    // ---- Receiving ----

    /// <summary>A piece of a compressed message: inflated at once into the assembly, which never grows beyond the limit.</summary>
    private void OnEncodedData(ConnectionAction action, ReadOnlySpan<byte> piece)
    {
        if (action.IsFirst) BeginAssembly(action.Length);
        var complete = Inflate(piece) && (!action.IsLast || Inflate(MessageDeflate.Tail));
        if (!complete || !action.IsLast) return;
        _deflate!.MessageEnded();
        Apply(Transitions.Decoded(_settings, _state, default, last: true, Loop.Now), [], 0);
        if (_state.Discarding) return;
        _assemblyDone = true;
        Deliver((MessageKind)action.Opcode, _assembly!, Loop.Headroom, _assembled);
    }

    /// <summary>Inflates all of the input, unless the connection fails over it.</summary>
    private bool Inflate(ReadOnlySpan<byte> input)
    {
        var inflater = _deflate!.Inflater;
        while (true)
        {
            var room = InflateRoom();
            var step = inflater.Inflate(input, room);
            if (!step.IsValid || (step is { Consumed: 0, Written: 0 } && !input.IsEmpty))
            {
                Apply(Transitions.Fail(_settings, _state, ViolationKind.InvalidExtensionData, Loop.Now), [], 0);
                return false;
            }
            if (step.Written > 0)
            {
                Apply(Transitions.Decoded(_settings, _state, room[..step.Written], last: false, Loop.Now), [], 0);
                if (_state.Discarding) return false;
                _assembled += step.Written;
            }
            input = input[step.Consumed..];
            if (input.IsEmpty && step.Written < room.Length) return true;
        }
    }

    /// <summary>Room for more of the message, one byte beyond the limit at most: it is by that byte that the core knows a message to be too big.</summary>
    private Span<byte> InflateRoom()
    {
        var most = _settings.MaxMessage + 1 - _assembled;
        if (_assembly!.Length - Loop.Headroom == _assembled) GrowAssembly(Math.Min(most, Math.Max(LeastInflateRoom, _assembled)));
        var start = Loop.Headroom + _assembled;
        return _assembly.AsSpan(start, Math.Min(most, _assembly.Length - start));
    }

    // ---- Sending ----

    /// <summary>Sends a message compressed, where that was agreed on and pays.</summary>
    private bool TryEmitCompressed(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (_deflate is null) return false;
        var compressed = _deflate.Compress(payload);
        if (compressed.IsEmpty) return false;
        EmitFrame(opcode, compressed, ReservedBits.Rsv1);
        return true;
    }

    /// <summary>Sends the finished frames that other threads have left, each compressed where that was agreed on.</summary>
    private void EmitFrames(ReadOnlySpan<byte> frames)
    {
        var rules = new FrameRules(ExpectMasked: false, InMessage: false, ReservedBits.None, long.MaxValue, NoMoreFragments: false);
        while (!frames.IsEmpty)
        {
            var header = FrameHeaderDecoder.Decode(frames, rules).Header;
            var frame = frames[..(header.Size + (int)header.PayloadLength)];
            if (!TryEmitCompressed(header.Opcode, frame[header.Size..])) EmitBytes(frame);
            frames = frames[frame.Length..];
        }
    }
}
