using System.Globalization;
using PluginHost.TestSupport;

[assembly: Properties(MaxTest = 100)]

namespace PluginHost.TestSupport;

/// <summary>
/// A property of FsCheck whose number of cases the environment variable <c>FSCHECK_MAX_TEST</c> can raise, never lower. The number of
/// rejected cases that are allowed grows by the same factor.
/// </summary>
/// <remarks>
/// <c>Timeout</c> is not enforced by FsCheck's runner, and a malformed <c>Replay</c> ends the whole run of its assembly: paste
/// <c>"seed,gamma"</c> or <c>"(seed,gamma,size)"</c> as a failure prints it.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PropertyAttribute : FsCheck.Xunit.PropertyAttribute
{
    private readonly CaseCount _count = CaseCount.FromEnvironment();

    /// <summary>The number of cases, at least what the variable says; -1 when neither the property nor the variable gives one.</summary>
    public new int MaxTest
    {
        get => base.MaxTest;
        set
        {
            base.MaxTest = _count.Raise(value);
            base.MaxRejected = _count.RaiseRejected(base.MaxRejected, value);
        }
    }
}

/// <summary>Common settings of the properties of a class or an assembly, raised in the same way.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public sealed class PropertiesAttribute : FsCheck.Xunit.PropertiesAttribute
{
    private readonly CaseCount _count = CaseCount.FromEnvironment();

    /// <summary>The number of cases of a property that gives none, at least what the variable says.</summary>
    public new int MaxTest
    {
        get => base.MaxTest;
        set
        {
            base.MaxTest = _count.Raise(value);
            base.MaxRejected = _count.RaiseRejected(base.MaxRejected, value);
        }
    }
}

/// <summary>The least number of cases of each property.</summary>
/// <param name="Minimum">At least 0; 0 raises nothing.</param>
internal readonly record struct CaseCount(int Minimum)
{
    /// <summary>The environment variable that raises the number of cases.</summary>
    public const string Variable = "FSCHECK_MAX_TEST";

    private const int DefaultMaxRejected = 1000;

    /// <summary>What the environment asks for.</summary>
    /// <exception cref="FormatException">The variable is no positive integer.</exception>
    public static CaseCount FromEnvironment() => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Reads the variable's value.</summary>
    /// <exception cref="FormatException">It is no positive integer.</exception>
    public static CaseCount Parse(string? value) =>
        string.IsNullOrEmpty(value) ? default
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var minimum) && minimum > 0 ? new(minimum)
        : throw new FormatException($"{Variable} is a positive integer, not \"{value}\".");

    /// <summary>The larger of a property's own number and the minimum.</summary>
    public int Raise(int own) => Math.Max(own, Minimum);

    /// <summary>The allowed rejections, raised by the factor by which <paramref name="own"/> is raised.</summary>
    public int RaiseRejected(int rejected, int own) =>
        (int)Math.Min(int.MaxValue, (rejected < 0 ? DefaultMaxRejected : (long)rejected) * Raise(own) / Math.Max(1, own));
}
