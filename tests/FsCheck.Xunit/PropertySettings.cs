using System.Globalization;
using System.Reflection;
using Microsoft.FSharp.Core;

namespace FsCheck.Xunit;

/// <summary>What a property's attributes ask for; null where they say nothing.</summary>
internal sealed record PropertySettings
{
    internal const string MaxTestVariable = "FSCHECK_MAX_TEST";

    public string? Replay { get; init; }
    public int? Parallelism { get; init; }
    public int? MaxTest { get; init; }
    public int? MaxRejected { get; init; }
    public int? StartSize { get; init; }
    public int? EndSize { get; init; }
    public bool? Verbose { get; init; }
    public bool? QuietOnSuccess { get; init; }
    public Type[] Arbitrary { get; init; } = [];

    /// <summary>The settings of a method of <paramref name="testClass"/>: its own before those of the class, of the classes around it, of the assembly.</summary>
    public static PropertySettings Of(Type testClass, MethodInfo method)
    {
        var settings = method.GetCustomAttribute<PropertyAttribute>()?.Settings ?? new PropertySettings();
        for (var type = testClass; type is not null; type = type.DeclaringType)
            settings = settings.Or(type.GetCustomAttribute<PropertiesAttribute>()?.Settings);
        return settings.Or(testClass.Assembly.GetCustomAttribute<PropertiesAttribute>()?.Settings);
    }

    /// <summary>FsCheck's configuration. <paramref name="maxTestVariable"/> is the value of <c>FSCHECK_MAX_TEST</c>, if set.</summary>
    /// <exception cref="FormatException">The replay or the variable cannot be read.</exception>
    public Config ToConfig(IRunner runner, string? maxTestVariable)
    {
        var config = Verbose == true ? Config.Verbose : Config.Quick;
        var (maxTest, maxRejected) =
            Raise(MaxTest ?? config.MaxTest, MaxRejected ?? config.MaxRejected, maxTestVariable);
        config = config
            .WithMaxTest(maxTest)
            .WithMaxRejected(maxRejected)
            .WithStartSize(StartSize ?? config.StartSize)
            .WithEndSize(EndSize ?? config.EndSize)
            .WithQuietOnSuccess(QuietOnSuccess ?? config.QuietOnSuccess)
            .WithArbitrary(Arbitrary)
            .WithRunner(runner);
        if (!string.IsNullOrEmpty(Replay))
            config = config.WithReplay(FSharpOption<Replay>.Some(ParseReplay(Replay)));
        return Parallelism is { } degree
            ? config.WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(degree)))
            : config;
    }

    /// <summary>Reads <c>seed,gamma</c> or <c>seed,gamma,size</c>, with or without parentheses. A gamma is odd.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    internal static Replay ParseReplay(string text)
    {
        var parts = text.Trim().TrimStart('(').TrimEnd(')').Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length is 2 or 3
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gamma)
            && ulong.IsOddInteger(gamma))
        {
            if (parts.Length == 2)
                return new Replay(new Rnd(seed, gamma), FSharpOption<int>.None);
            if (int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                return new Replay(new Rnd(seed, gamma), FSharpOption<int>.Some(size));
        }

        throw new FormatException($"Replay is \"seed,gamma\" or \"(seed,gamma,size)\", with an odd gamma, not \"{text}\".");
    }

    private static (int MaxTest, int MaxRejected) Raise(int maxTest, int maxRejected, string? variable)
    {
        if (string.IsNullOrEmpty(variable))
            return (maxTest, maxRejected);
        if (!int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out var atLeast) || atLeast == 0)
            throw new FormatException($"{MaxTestVariable} is a positive integer, not \"{variable}\".");
        if (atLeast <= maxTest)
            return (maxTest, maxRejected);
        var rejected = (long)maxRejected * atLeast / Math.Max(1, maxTest);
        return (atLeast, (int)Math.Min(rejected, int.MaxValue));
    }

    private PropertySettings Or(PropertySettings? outer) => outer is null ? this : new PropertySettings
    {
        Replay = Replay ?? outer.Replay,
        Parallelism = Parallelism ?? outer.Parallelism,
        MaxTest = MaxTest ?? outer.MaxTest,
        MaxRejected = MaxRejected ?? outer.MaxRejected,
        StartSize = StartSize ?? outer.StartSize,
        EndSize = EndSize ?? outer.EndSize,
        Verbose = Verbose ?? outer.Verbose,
        QuietOnSuccess = QuietOnSuccess ?? outer.QuietOnSuccess,
        Arbitrary = [.. Arbitrary, .. outer.Arbitrary],
    };
}
