using System.Collections;
using System.Reflection;
using System.Runtime.Loader;

namespace PluginHost.Cli.Doctor;

/// <summary>Finds what holds a plugin in memory after it was let go, as far as this process can see it: timers that run, and delegates and objects in static fields of others.</summary>
internal static class Holders
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly string[] s_known =
    [
        "System.AppContext", "System.AppDomain", "System.Console", "System.Runtime.Loader.AssemblyLoadContext", "System.Threading.Tasks.TaskScheduler",
        "System.Text.EncodingProvider", "System.Diagnostics.ActivitySource", "System.Diagnostics.DiagnosticListener", "System.Diagnostics.TraceInternal",
        "System.Diagnostics.Metrics.MeterListener", "System.Diagnostics.Metrics.Instrument", "System.Diagnostics.Metrics.Meter",
        "System.Net.NetworkInformation.NetworkChange", "System.ComponentModel.TypeDescriptor",
    ];

    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>What holds a load context, by name.</summary>
    public static IEnumerable<string> Of(AssemblyLoadContext context) =>
        Timers(context).Concat(StaticFields(context)).Concat(Events(AppDomain.CurrentDomain, context)).Concat(Events(AssemblyLoadContext.Default, context));

    /// <summary>Timers that run and call into it.</summary>
    private static IEnumerable<string> Timers(AssemblyLoadContext context)
    {
        var queue = typeof(Timer).Assembly.GetType("System.Threading.TimerQueue");
        if (queue?.GetProperty("Instances", Statics)?.GetValue(null) is not IEnumerable queues) yield break;
        foreach (var each in queues)
        {
            foreach (var list in (string[])["_shortTimers", "_longTimers"])
            {
                for (var timer = Field(each, list); timer is not null; timer = Field(timer, "_next"))
                {
                    foreach (var part in (string[])["_timerCallback", "_state"])
                        if (Owner(Field(timer, part), context) is { } owner) yield return $"a timer that was not disposed calls {owner}";
                }
            }
        }
    }

    /// <summary>Events of an object that lives as long as the process.</summary>
    private static IEnumerable<string> Events(object source, AssemblyLoadContext context) =>
        from type in (Type[])[source.GetType(), source.GetType().BaseType!]
        from field in type.GetFields(Members)
        where typeof(Delegate).IsAssignableFrom(field.FieldType)
        let owner = Owner(field.GetValue(source), context)
        where owner is not null
        select $"{type.FullName}.{field.Name} holds {owner}";

    /// <summary>Static fields of the host and of known types of the framework that lead to it: events that it has subscribed to, and what it has registered.</summary>
    private static IEnumerable<string> StaticFields(AssemblyLoadContext context)
    {
        foreach (var type in KnownTypes())
        {
            foreach (var field in type.GetFields(Statics).Where(field => !field.IsLiteral && !field.FieldType.IsValueType))
            {
                object? value;
                try
                {
                    value = field.GetValue(null);
                }
                catch (Exception)
                {
                    continue; // its type cannot be initialized here
                }
                if (Owner(value, context) is { } owner) yield return $"{type.FullName}.{field.Name} holds {owner}";
            }
        }
    }

    /// <summary>Types whose static fields plugins are known to end in, and all of the host's own. To look at a field initializes its type, so it is not all types.</summary>
    private static IEnumerable<Type> KnownTypes() => AssemblyLoadContext.Default.Assemblies.SelectMany(assembly =>
        assembly.GetName().Name!.StartsWith("PluginHost", StringComparison.Ordinal)
            ? assembly.GetTypes().Where(type => !type.ContainsGenericParameters)
            : s_known.Select(name => assembly.GetType(name)).OfType<Type>());

    /// <summary>What of the context a value is, or holds directly; <see langword="null"/> for nothing.</summary>
    private static string? Owner(object? value, AssemblyLoadContext context)
    {
        switch (value)
        {
            case null or string:
                return null;
            case Delegate several:
                return several.GetInvocationList().Select(one => IsOf(one.Method.Module.Assembly, context) ? $"{one.Method.DeclaringType}.{one.Method.Name}" : Own(one.Target, context)).FirstOrDefault(name => name is not null);
            case IDictionary entries when entries.GetType().Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true:
                return Entries(entries).SelectMany(entry => (string?[])[Own(entry.Key, context), Own(entry.Value, context)]).FirstOrDefault(name => name is not null);
            case ICollection items when items.GetType().Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true || items is Array:
                return items.Cast<object?>().Take(10_000).Select(item => item is Delegate ? Owner(item, context) : Own(item, context)).FirstOrDefault(name => name is not null);
            default:
                return Own(value, context);
        }
    }

    private static IEnumerable<DictionaryEntry> Entries(IDictionary entries) => entries.Cast<object>().Take(10_000).OfType<DictionaryEntry>();

    private static string? Own(object? value, AssemblyLoadContext context) => value switch
    {
        null => null,
        Type type => IsOf(type.Assembly, context) ? type.FullName : null,
        _ => IsOf(value.GetType().Assembly, context) ? value.GetType().FullName : null,
    };

    private static bool IsOf(Assembly assembly, AssemblyLoadContext context) => ReferenceEquals(AssemblyLoadContext.GetLoadContext(assembly), context);

    private static object? Field(object from, string name) => from.GetType().GetField(name, Members)?.GetValue(from);
}
