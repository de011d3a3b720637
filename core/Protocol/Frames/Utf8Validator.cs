using System.Text.Unicode;

namespace PluginHost.Core.Protocol.Frames;

/// <summary>How much of a character is still to come: a value that needs no buffer, because the bytes already seen only matter by what
/// they allow next (Unicode 15, table 3-7).</summary>
/// <param name="Needed">Continuation bytes still to come, 0 to 3; 0 at a character boundary.</param>
/// <param name="Low">The least value allowed for the next byte when <paramref name="Needed"/> is above 0.</param>
/// <param name="High">The greatest value allowed for the next byte when <paramref name="Needed"/> is above 0.</param>
public readonly record struct Utf8State(byte Needed, byte Low, byte High)
{
    /// <summary>At a character boundary; the state to start from.</summary>
    public static Utf8State Start => default;

    /// <summary>No character has been left unfinished.</summary>
    public bool IsBoundary => Needed == 0;
}

/// <summary>The answer of <see cref="Utf8Validator"/>.</summary>
/// <param name="State">The state after the last byte, when all were possible.</param>
/// <param name="FirstImpossible">The index of the first byte that no valid text can have there, or −1.</param>
public readonly record struct Utf8Result(Utf8State State, int FirstImpossible)
{
    /// <summary>No byte was impossible. The text may still end inside a character: <see cref="Utf8State.IsBoundary"/> tells.</summary>
    public bool IsPossible => FirstImpossible < 0;
}

/// <summary>Incremental UTF-8 validation that fails at the first impossible byte (RFC 6455 §8.1, RFC 3629).</summary>
public static class Utf8Validator
{
    /// <summary>Reads more bytes. Cutting the input anywhere changes neither the verdict nor the first impossible byte.</summary>
    /// <param name="state">The state after all bytes before these.</param>
    /// <param name="bytes">The next bytes; any length.</param>
    public static Utf8Result Validate(Utf8State state, ReadOnlySpan<byte> bytes)
    {
        var i = 0;
        for (; state.Needed > 0 && i < bytes.Length; i++)
        {
            if (bytes[i] < state.Low || bytes[i] > state.High) return new Utf8Result(state, i);
            state = Continue(state);
        }

        // The framework's vectorised check answers for everything but a character that the cut leaves unfinished.
        var whole = bytes.Length - UnfinishedTail(bytes[i..]);
        if (Utf8.IsValid(bytes[i..whole])) i = whole;
        return Scan(state, bytes, i);
    }

    private static Utf8Result Scan(Utf8State state, ReadOnlySpan<byte> bytes, int from)
    {
        for (var i = from; i < bytes.Length; i++)
        {
            if (state.Needed == 0)
            {
                if (bytes[i] < 0x80) continue;
                state = Lead(bytes[i]);
                if (state.Needed == 0) return new Utf8Result(state, i);
            }
            else if (bytes[i] < state.Low || bytes[i] > state.High)
            {
                return new Utf8Result(state, i);
            }
            else
            {
                state = Continue(state);
            }
        }
        return new Utf8Result(state, -1);
    }

    private static Utf8State Continue(Utf8State state) =>
        state.Needed == 1 ? Utf8State.Start : new Utf8State((byte)(state.Needed - 1), 0x80, 0xBF);

    /// <summary>What may follow a byte of 0x80 and above at a character boundary; <see cref="Utf8State.Start"/> when it may not stand there.</summary>
    private static Utf8State Lead(byte lead) => lead switch
    {
        >= 0xC2 and <= 0xDF => new(1, 0x80, 0xBF),
        0xE0 => new(2, 0xA0, 0xBF), // shorter forms exist below A0
        0xED => new(2, 0x80, 0x9F), // surrogates start at A0
        >= 0xE1 and <= 0xEF => new(2, 0x80, 0xBF),
        0xF0 => new(3, 0x90, 0xBF), // shorter forms exist below 90
        >= 0xF1 and <= 0xF3 => new(3, 0x80, 0xBF),
        0xF4 => new(3, 0x80, 0x8F), // U+10FFFF is the last code point
        _ => Utf8State.Start, // C0, C1, F5 and above never; a continuation byte not here
    };

    /// <summary>How many bytes at the end start a character without finishing it: 0 to 3.</summary>
    private static int UnfinishedTail(ReadOnlySpan<byte> bytes)
    {
        var most = Math.Min(3, bytes.Length);
        for (var back = 1; back <= most; back++)
        {
            var b = bytes[^back];
            if (b < 0x80) return 0;
            if (b >= 0xC0) return Lead(b).Needed >= back ? back : 0;
        }
        return 0;
    }
}
