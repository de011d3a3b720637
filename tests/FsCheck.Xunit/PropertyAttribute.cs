using Xunit;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>
/// Marks a method as a property: FsCheck generates its arguments, calls it <see cref="MaxTest"/> times and shrinks the first failure.
/// The method returns nothing (an exception is a failure), <see cref="bool"/>, <see cref="Property"/> or a task of one of these.
/// <see cref="FactAttribute.Skip"/>, <see cref="FactAttribute.DisplayName"/> and <see cref="FactAttribute.Timeout"/> work as on a fact.
/// A setting that is not given comes from the nearest <see cref="PropertiesAttribute"/>, then from FsCheck's <see cref="Config.Default"/>.
/// </summary>
/// <remarks>
/// The environment variable <c>FSCHECK_MAX_TEST</c> (a positive integer) raises the number of tests of every property that has fewer, and
/// the number of rejections allowed by the same factor. It never lowers a number.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("FsCheck.Xunit.PropertyDiscoverer", "FsCheck.Xunit")]
public class PropertyAttribute : FactAttribute
{
    internal PropertySettings Settings { get; private set; } = new();

    /// <summary>Where the generator starts: <c>"seed,gamma"</c> or <c>"(seed,gamma,size)"</c>, as printed with a failure. With a size only that one test is run.</summary>
    public string? Replay
    {
        get => Settings.Replay;
        set => Settings = Settings with { Replay = value };
    }

    /// <summary>How many tests run at the same time; -1 when unset: one after the other.</summary>
    public int Parallelism
    {
        get => Settings.Parallelism ?? -1;
        set => Settings = Settings with { Parallelism = value };
    }

    /// <summary>How many tests are run; -1 when unset.</summary>
    public int MaxTest
    {
        get => Settings.MaxTest ?? -1;
        set => Settings = Settings with { MaxTest = value };
    }

    /// <summary>How many tests may be rejected, for example by a condition on the arguments, before the property fails as exhausted; -1 when unset.</summary>
    public int MaxRejected
    {
        get => Settings.MaxRejected ?? -1;
        set => Settings = Settings with { MaxRejected = value };
    }

    /// <summary>The size given to the generators in the first test; -1 when unset. The sizes in between grow linearly.</summary>
    public int StartSize
    {
        get => Settings.StartSize ?? -1;
        set => Settings = Settings with { StartSize = value };
    }

    /// <summary>The size given to the generators in the last test; -1 when unset.</summary>
    public int EndSize
    {
        get => Settings.EndSize ?? -1;
        set => Settings = Settings with { EndSize = value };
    }

    /// <summary>Writes the arguments of every test and of every shrink to the test's output.</summary>
    public bool Verbose
    {
        get => Settings.Verbose ?? false;
        set => Settings = Settings with { Verbose = value };
    }

    /// <summary>Types whose public static members give arbitraries. An earlier type overrides a later one, a method's types those of its class.</summary>
    public Type[] Arbitrary
    {
        get => Settings.Arbitrary;
        set => Settings = Settings with { Arbitrary = value };
    }

    /// <summary>Writes nothing to the test's output when the property holds.</summary>
    public bool QuietOnSuccess
    {
        get => Settings.QuietOnSuccess ?? false;
        set => Settings = Settings with { QuietOnSuccess = value };
    }
}

/// <summary>Settings for every property of a class (with its nested classes) or of an assembly. The nearest one wins.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public sealed class PropertiesAttribute : PropertyAttribute;
