using System.Reflection;
using System.Reflection.Metadata;

namespace PluginHost.Architecture.Tests;

/// <summary>What a pure assembly must keep to. Each rule returns what breaks it, one line each, sorted.</summary>
internal static class Rules
{
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Namespaces that give an assembly something to do beside computing.</summary>
    private static readonly string[] ImpureNamespaces =
    [
        "Microsoft.Extensions.", "Microsoft.Win32.", "System.IO.", "System.Net.", "System.Threading.", "System.Timers.",
        "System.Diagnostics.Tracing.", "System.Diagnostics.Metrics.", "System.Runtime.Loader.",
    ];

    private static readonly HashSet<string> ImpureTypes =
    [
        "System.AppContext", "System.AppDomain", "System.Console", "System.Random", "System.ThreadStaticAttribute", "System.TimeProvider",
        "System.Diagnostics.Activity", "System.Diagnostics.Debug", "System.Diagnostics.EventLog", "System.Diagnostics.Process",
        "System.Diagnostics.Stopwatch", "System.Diagnostics.Trace", "System.Diagnostics.TraceSource",
        "System.Runtime.InteropServices.RuntimeInformation", "System.Security.Cryptography.RandomNumberGenerator",
        "LanguageExt.Atom", "LanguageExt.AtomHashMap`2", "LanguageExt.Atom`1", "LanguageExt.Atom`2", "LanguageExt.EitherAsync`2",
        "LanguageExt.OptionAsync`1", "LanguageExt.Ref`1", "LanguageExt.TryAsync`1",
    ];

    private static readonly HashSet<string> ImpureMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_Today", "System.DateTime.get_UtcNow",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Guid.CreateVersion7", "System.Guid.NewGuid",
        "LanguageExt.Prelude.Atom", "LanguageExt.Prelude.Ref", "LanguageExt.Prelude.random",
    ];

    private static readonly HashSet<string> SearchingTypes =
        ["LanguageExt.HashMap`2", "LanguageExt.HashSet`1", "LanguageExt.Map`2", "LanguageExt.Set`1"];

    private static readonly string[] SearchingMembers =
        ["op_Equality", "op_Inequality", "op_LessThan", "op_LessThanOrEqual", "op_GreaterThan", "op_GreaterThanOrEqual", "Equals", "CompareTo", "GetHashCode"];

    /// <summary>An iterator made by the compiler asks for this; nothing else of the environment is let through.</summary>
    private const string AskedByIterators = "System.Environment.get_CurrentManagedThreadId";

    private static readonly HashSet<string> Primitives =
        [.. Enum.GetValues<PrimitiveTypeCode>().Where(c => c != PrimitiveTypeCode.Object).Select(c => $"System.{c}")];

    private static readonly HashSet<string> ImmutableTypes =
    [
        "System.DateTimeOffset", "System.Decimal", "System.Guid", "System.Index", "System.Nullable`1", "System.Range", "System.TimeSpan",
        "System.Uri", "System.Version", "System.Buffers.SearchValues`1", "System.Text.CompositeFormat", "System.Text.Encoding",
        "System.Text.Rune", "System.Text.UTF8Encoding", "System.Text.RegularExpressions.Regex", "LanguageExt.Arr`1", "LanguageExt.Either`2",
        "LanguageExt.HashMap`2", "LanguageExt.HashMap`3", "LanguageExt.HashSet`1", "LanguageExt.Lst`1", "LanguageExt.Map`2", "LanguageExt.Option`1",
        "LanguageExt.Seq`1", "LanguageExt.Set`1", "LanguageExt.Unit",
    ];

    private static readonly string[] ImmutableFamilies =
        ["System.Collections.Frozen.", "System.Collections.Immutable.", "System.Func`", "System.ValueTuple`"];

    public static bool IsFramework(string assembly) => File.Exists(Path.Combine(FrameworkFolder, assembly + ".dll"));

    /// <summary>References to anything but the framework and <paramref name="allowed"/>.</summary>
    public static IReadOnlyList<string> References(Reading reading, params string[] allowed) =>
        Sorted(reading.References.Where(r => !IsFramework(r) && !allowed.Contains(r)));

    /// <summary>Mentions of input, output, time, chance, threads or the environment.</summary>
    public static IReadOnlyList<string> Impurities(Reading reading) => Sorted(
    [
        .. reading.MentionedTypes.Where(t => ImpureTypes.Contains(t) || ImpureNamespaces.Any(t.StartsWith)),
        .. reading.MentionedMembers.Where(
            m => ImpureMembers.Contains(m) || (m.StartsWith("System.Environment.", StringComparison.Ordinal) && m != AskedByIterators)),
    ]);

    /// <summary>
    /// Comparisons that are left to LanguageExt. At the first it looks through all types of all packages for somebody who knows how to compare: a quarter of a second.
    /// </summary>
    public static IReadOnlyList<string> Searches(Reading reading) => Sorted(
    [
        .. reading.MentionedTypes.Where(SearchingTypes.Contains),
        .. reading.MentionedGenericMembers.Where(
            m => m.StartsWith("LanguageExt.", StringComparison.Ordinal) && SearchingMembers.Contains(m[(m.LastIndexOf('.') + 1)..])),
    ]);

    /// <summary>Static fields that can be assigned, or whose value can change.</summary>
    public static IReadOnlyList<string> MutableStatics(Reading reading) => Sorted(
        from type in reading.Types
        where !reading.IsMadeByCompiler(type) && !reading.IsEnum(type)
        from handle in type.GetFields()
        let field = reading.Metadata.GetFieldDefinition(handle)
        where field.Attributes.HasFlag(FieldAttributes.Static) && !field.Attributes.HasFlag(FieldAttributes.Literal)
        where !field.Attributes.HasFlag(FieldAttributes.InitOnly)
            || !IsImmutable(reading, field.DecodeSignature(new SignatureReader(reading), null))
        select $"{reading.NameOf(type)}.{reading.Metadata.GetString(field.Name)}");

    /// <summary>Visible methods that take or return anything by reference. The Deconstruct of a record is the compiler's.</summary>
    public static IReadOnlyList<string> ByReference(Reading reading) => Sorted(
        from type in reading.Types
        where reading.IsVisible(type) && !reading.IsDelegate(type)
        from method in VisibleMethods(reading, type)
        where !reading.Carries(method.GetCustomAttributes(), "System.Runtime.CompilerServices.CompilerGeneratedAttribute")
        where HasReference(reading, method)
        select $"{reading.NameOf(type)}.{reading.Metadata.GetString(method.Name)}")
        .Concat(Sorted(
            from type in reading.Types
            where reading.IsVisible(type) && reading.IsDelegate(type)
            from method in VisibleMethods(reading, type)
            where reading.Metadata.GetString(method.Name) == "Invoke" && HasReference(reading, method)
            select reading.NameOf(type)))
        .Order(StringComparer.Ordinal).ToArray();

    /// <summary>Visible structs that are not readonly.</summary>
    public static IReadOnlyList<string> MutableStructs(Reading reading) => Sorted(
        from type in reading.Types
        where reading.IsVisible(type) && reading.IsValueType(type)
        where !reading.Carries(type.GetCustomAttributes(), "System.Runtime.CompilerServices.IsReadOnlyAttribute")
        select reading.NameOf(type));

    /// <summary>Visible properties with a set accessor, and visible fields that can be assigned. Init accessors are fine.</summary>
    public static IReadOnlyList<string> Setters(Reading reading) => Sorted(
    [
        .. from type in reading.Types
           where reading.IsVisible(type)
           from method in VisibleMethods(reading, type)
           let name = reading.Metadata.GetString(method.Name)
           where method.Attributes.HasFlag(MethodAttributes.SpecialName) && name.StartsWith("set_", StringComparison.Ordinal)
           where method.DecodeSignature(new SignatureReader(reading), null).ReturnType.Modifier
               != "System.Runtime.CompilerServices.IsExternalInit"
           select $"{reading.NameOf(type)}.{name}",
        .. from type in reading.Types
           where reading.IsVisible(type) && !reading.IsEnum(type)
           from handle in type.GetFields()
           let field = reading.Metadata.GetFieldDefinition(handle)
           where (field.Attributes & FieldAttributes.FieldAccessMask)
               is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem
           where !field.Attributes.HasFlag(FieldAttributes.InitOnly) && !field.Attributes.HasFlag(FieldAttributes.Literal)
           select $"{reading.NameOf(type)}.{reading.Metadata.GetString(field.Name)}",
    ]);

    private static bool IsImmutable(Reading reading, SignatureType type)
    {
        if (!type.Arguments.All(a => IsImmutable(reading, a)))
            return false;
        if (type.Definition.IsNil || type.Name.EndsWith("[]", StringComparison.Ordinal))
        {
            return Primitives.Contains(type.Name) || ImmutableTypes.Contains(type.Name) || ImmutableFamilies.Any(type.Name.StartsWith);
        }

        var definition = reading.Metadata.GetTypeDefinition(type.Definition);
        return reading.IsEnum(definition) || definition.GetFields()
            .Select(reading.Metadata.GetFieldDefinition)
            .All(f => f.Attributes.HasFlag(FieldAttributes.Static) || f.Attributes.HasFlag(FieldAttributes.InitOnly));
    }

    private static IEnumerable<MethodDefinition> VisibleMethods(Reading reading, TypeDefinition type) => type.GetMethods()
        .Select(reading.Metadata.GetMethodDefinition)
        .Where(m => (m.Attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem);

    private static bool HasReference(Reading reading, MethodDefinition method)
    {
        var signature = method.DecodeSignature(new SignatureReader(reading), null);
        return signature.ReturnType.IsByReference || signature.ParameterTypes.Any(p => p.IsByReference);
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> lines) => [.. lines.Distinct().Order(StringComparer.Ordinal)];
}
