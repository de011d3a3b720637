using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Cryptography;
using LanguageExt;

namespace PluginHost.Architecture.Fixture;

/// <summary>One mention of each thing that a pure assembly must not mention.</summary>
public static class Impure
{
    public static object?[] Everything() =>
    [
        typeof(Socket),
        typeof(NamedPipeClientStream),
        typeof(Task),
        typeof(Thread),
        typeof(Timer),
        typeof(System.Timers.Timer),
        typeof(TimeProvider),
        typeof(Stopwatch),
        typeof(Random),
        typeof(RandomNumberGenerator),
        typeof(Console),
        typeof(File),
        typeof(EitherAsync<,>),
        DateTime.Now,
        DateTime.UtcNow,
        DateTime.Today,
        DateTimeOffset.Now,
        DateTimeOffset.UtcNow,
        Environment.TickCount64,
        Environment.GetEnvironmentVariable("HOME"),
        Guid.NewGuid(),
        Guid.CreateVersion7(),
        Prelude.Atom(1),
        typeof(FsCheck.Config),
        typeof(Core.Protocol.Handshake.NoMatchPolicy),
    ];
}

/// <summary>Static state of every kind.</summary>
public static class Statics
{
    public static int Counter { get; set; }

    internal static string? Last = "";

    internal static readonly byte[] Table = [1, 2, 3];

    internal static readonly List<int> Growing = [];

    internal static readonly Dictionary<string, int> ByName = [];

    internal static readonly object Lock = new();

    internal static readonly Cell Held = new();

    internal static readonly ImmutableArray<byte[]> Nested = [[1]];

    [ThreadStatic]
    internal static int PerThread = 0;

    internal const int Constant = 3;

    internal static readonly string Text = Constant.ToString("D2", CultureInfo.InvariantCulture);

    internal static readonly ImmutableArray<string> Names = ["a"];

    internal static readonly Seq<(int, string)> Pairs = Prelude.Seq1((1, "a"));

    internal static readonly Point Origin = new(0, 0);

    internal static readonly Func<int, int> Twice = n => 2 * n;

    internal static IEnumerable<int> Iterator()
    {
        yield return Constant;
    }

    internal sealed class Cell
    {
        internal int Value;

        internal int Next() => ++Value;
    }
}

/// <summary>May be held anywhere; its compiler-made Deconstruct has out parameters.</summary>
public readonly record struct Point(int X, int Y);

/// <summary>The same as a class.</summary>
public sealed record Named(string Name, int Value);
