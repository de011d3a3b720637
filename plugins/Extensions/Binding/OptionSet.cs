using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Binding;

/// <summary>The types that a plugin's options are bound to.</summary>
internal sealed class OptionSet
{
    private readonly List<Target> _targets = [];

    /// <summary>Adds a type.</summary>
    /// <param name="member">The member of the options that holds it; empty for the options themselves.</param>
    public void Add<T>(string member) where T : class
    {
        if (_targets.Exists(target => target.Type == typeof(T)))
            throw new ArgumentException($"The options {typeof(T).Name} were added already.");
        _targets.Add(new Target(typeof(T), member, Register<T>));
    }

    /// <summary>Every problem of the options.</summary>
    public IReadOnlyList<OptionProblem> Validate(PluginOptions options) => Bind(options).Problems;

    /// <summary>Binds the options and gives them to a container.</summary>
    /// <exception cref="InvalidOperationException">There are problems.</exception>
    public void Register(IServiceCollection services, PluginOptions options)
    {
        var (values, problems) = Bind(options);
        if (problems.Count > 0)
            throw new InvalidOperationException("The options are not valid: "
                + string.Join("; ", problems.Select(problem => $"{(problem.Pointer.Length == 0 ? "{}" : problem.Pointer)}: {problem.Message}")));
        for (var i = 0; i < _targets.Count; i++) _targets[i].Register(services, values[i]);
    }

    private static void Register<T>(IServiceCollection services, object value) where T : class
    {
        var options = new BoundOptions<T>((T)value);
        services.AddSingleton(options.Value);
        services.AddSingleton<IOptions<T>>(options);
        services.AddSingleton<IOptionsSnapshot<T>>(options);
        services.AddSingleton<IOptionsMonitor<T>>(options);
    }

    private (IReadOnlyList<object> Values, IReadOnlyList<OptionProblem> Problems) Bind(PluginOptions options)
    {
        if (_targets.Count == 0) return ([], []);
        try
        {
            using var document = JsonDocument.Parse(options.Json);
            return Bind(document.RootElement);
        }
        catch (JsonException e)
        {
            return ([], [new("", $"expected JSON: {e.Message}")]);
        }
    }

    private (IReadOnlyList<object> Values, IReadOnlyList<OptionProblem> Problems) Bind(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return ([], [new("", $"expected an object, found {Words.KindOf(root)}")]);
        var binder = new JsonBinder();
        var values = _targets.Select(target => target.Member.Length == 0
            ? binder.BindRoot(target.Type, root, "")
            : binder.BindRoot(target.Type, MemberOf(root, target.Member), Pointer.To("", target.Member))).ToList();
        binder.CheckNames(root, "", _targets.SelectMany(target => target.Member.Length == 0 ? binder.NamesOf(target.Type) : [target.Member]));
        foreach (var target in _targets.Where(target => target.Member.Length > 0))
            if (root.TryGetProperty(target.Member, out var member) && member.ValueKind == JsonValueKind.Object)
                binder.CheckNames(member, Pointer.To("", target.Member),
                    _targets.Where(other => other.Member == target.Member).SelectMany(other => binder.NamesOf(other.Type)));
        return (values!, [.. binder.Problems.Distinct()]);
    }

    /// <summary>A member; an empty object where there is none, so that its defaults hold and what is required in it is missed.</summary>
    private static JsonElement MemberOf(JsonElement root, string name)
    {
        if (root.TryGetProperty(name, out var member)) return member;
        using var empty = JsonDocument.Parse("{}");
        return empty.RootElement.Clone();
    }

    /// <summary>One type.</summary>
    private sealed record Target(Type Type, string Member, Action<IServiceCollection, object> Register);
}

/// <summary>Options that were bound once, in the shapes that services ask for. They do not change: a plugin with other options is another generation of it.</summary>
/// <param name="value">The options.</param>
internal sealed class BoundOptions<T>(T value) : IOptionsSnapshot<T>, IOptionsMonitor<T> where T : class
{
    public T Value => value;

    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}

/// <summary>JSON pointers (RFC 6901).</summary>
internal static class Pointer
{
    /// <summary>A pointer to a member of what a pointer points to.</summary>
    public static string To(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
