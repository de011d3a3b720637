using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Cases;

/// <summary>One thing that the client does.</summary>
internal abstract record Step
{
    private protected Step()
    {
    }

    /// <summary>Sends frames one after the other.</summary>
    /// <param name="Frames">At least one.</param>
    /// <param name="Cut">How the bytes are handed to the socket.</param>
    internal sealed record Send(IReadOnlyList<Frame> Frames, Cut Cut) : Step
    {
        /// <inheritdoc/>
        public override string ToString()
        {
            var shown = Frames.Count <= 12 ? Frames : [.. Frames.Take(2), Frames[^1]];
            var frames = string.Join(", ", shown.Select((frame, i) => i == 2 && shown.Count < Frames.Count ? $"… {frame}" : $"{frame}"));
            return (Frames.Count > 12 ? $"{Frames.Count} frames: " : "") + frames + Cut switch
            {
                { Bytes: 1 } => ", byte by byte",
                { Bytes: > 1 } => $", in pieces of {Cut.Bytes} B",
                { ByFrame: true } => ", frame by frame",
                _ => "",
            };
        }
    }

    /// <summary>Sends a part of one frame: the payload's bytes from one place to another, with the header before the first.</summary>
    internal sealed record SendPart(Frame Frame, int From, int To) : Step
    {
        /// <inheritdoc/>
        public override string ToString()
        {
            var payload = Bytes.Describe(Frame.Payload[From..To]);
            return From == 0
                ? $"header of {Op.Name(Frame.Opcode)} {Bytes.Size(Frame.Payload.Length)} and {payload}"
                : $"of the same frame {payload}";
        }
    }

    /// <summary>Waits for so many messages and pongs.</summary>
    internal sealed record Await(int Count) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => "";
    }

    /// <summary>For so long the server must neither fail nor end the connection.</summary>
    internal sealed record StaysOpen(int Milliseconds) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => "wait";
    }

    /// <summary>Here, before more is sent, the server must fail the connection.</summary>
    internal sealed record MustHaveFailed(int Milliseconds) : Step
    {
        /// <inheritdoc/>
        public override string ToString() => "here it must fail";
    }

    /// <summary>Sends messages, each after the echo of the one before.</summary>
    /// <param name="Text">Text or binary.</param>
    /// <param name="Size">Bytes of one message.</param>
    /// <param name="Count">How many, or null for as many as the run is told to.</param>
    /// <param name="Fragment">Payload bytes of a frame, as sent; 0 for whole messages.</param>
    /// <param name="Source">Gives the message of a number.</param>
    internal sealed record EchoEach(bool Text, int Size, int? Count, int Fragment, Func<int, byte[]> Source) : Step
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"{(Count is null ? "many" : $"{Count}")} {(Text ? "text" : "binary")} messages of {Bytes.Size(Size)}"
            + (Fragment == 0 ? "" : $" in fragments of {Fragment} B") + ", each after the last one's echo";
    }
}

/// <summary>How bytes are handed to the socket.</summary>
/// <param name="Bytes">In pieces of so many; 0 for no pieces.</param>
/// <param name="ByFrame">Each frame on its own.</param>
internal readonly record struct Cut(int Bytes, bool ByFrame)
{
    /// <summary>All at once.</summary>
    public static Cut None => default;

    /// <summary>Each frame on its own.</summary>
    public static Cut EachFrame => new(0, true);

    /// <summary>Byte by byte.</summary>
    public static Cut EachByte => new(1, false);

    /// <summary>In pieces.</summary>
    public static Cut Pieces(int bytes) => new(bytes, false);
}
