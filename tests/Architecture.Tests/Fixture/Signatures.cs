namespace PluginHost.Architecture.Fixture;

/// <summary>Public signatures of every forbidden kind, and allowed ones beside them.</summary>
public class Signatures
{
    private int _kept;

    internal static bool InternalOut(out int n) => (n = 1) == 1;

    public static bool Out(out int n) => (n = 1) == 1;

    public static void Ref(ref int n) => n++;

    public static int In(in int n) => n;

    public ref int Returned() => ref _kept;

    protected static void Inherited(ref int n) => n++;

    public static int Spans(ReadOnlySpan<byte> bytes, Span<byte> into) => bytes.Length + into.Length;

    public int Settable { get; set; }

    public int Once { get; init; }

    public int Hidden { get; private set; }

    public int Field;

    public readonly int Fixed;

    public delegate void Callback(ref int n);

    private sealed class Nobody
    {
        public static void Ref(ref int n) => n++;

        public int Settable { get; set; }
    }

    internal static object Reachable() => new Nobody { Settable = InternalOut(out _) ? 1 : 0 };
}

/// <summary>A struct that can change under its holder.</summary>
public struct Mutable
{
    public int X { readonly get; init; }
}

/// <summary>Not public, so nobody's business.</summary>
internal struct Buried
{
    internal int Value;

    internal int Next() => ++Value;
}

/// <summary>An enum is a struct too, and always fine.</summary>
public enum Kind
{
    One,
}
