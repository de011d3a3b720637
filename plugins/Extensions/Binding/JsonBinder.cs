using System.Reflection;
using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Binding;

/// <summary>
/// Makes objects of JSON, and says everything that is wrong with it. Nothing outside the plugin remembers its types afterwards, as it would after
/// <c>ConfigurationBinder</c> or a serializer: it can be unloaded.
/// </summary>
internal sealed class JsonBinder
{
    private static readonly object Failed = new();

    private readonly Dictionary<Type, Shape?> _shapes = [];
    private readonly List<OptionProblem> _problems = [];

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<OptionProblem> Problems => _problems;

    /// <summary>Binds a type whose names are checked by <see cref="CheckNames"/>, as several types may share one object.</summary>
    /// <returns>The object, or <see langword="null"/> where there are problems.</returns>
    public object? BindRoot(Type type, JsonElement element, string pointer)
    {
        var value = element.ValueKind == JsonValueKind.Object ? BindObject(type, element, pointer, checkNames: false) : Expected(pointer, "an object", element);
        return value == Failed ? null : value;
    }

    /// <summary>The names that an object of a type may have.</summary>
    public IEnumerable<string> NamesOf(Type type) => ShapeOf(type)?.Members.Select(member => member.Name) ?? [];

    /// <summary>Looks for members that nobody knows, and for those that stand there twice.</summary>
    public void CheckNames(JsonElement element, string pointer, IEnumerable<string> names)
    {
        var known = names.Distinct(StringComparer.Ordinal).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
            if (!seen.Add(property.Name)) Report(Pointer.To(pointer, property.Name), "is given twice");
            else if (!known.Contains(property.Name)) Report(Pointer.To(pointer, property.Name), Words.Unknown(property.Name, known));
    }

    private object? Bind(Type type, NullabilityInfo? nullability, JsonElement element, string pointer)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (element.ValueKind == JsonValueKind.Null && plain != typeof(JsonElement))
            return Member.MayBeNull(type, nullability) ? null : Expected(pointer, What(plain), element);
        if (Scalars.Are(plain))
        {
            var (value, expected) = Scalars.Read(plain, element);
            return expected is null ? value : Expected(pointer, expected, element);
        }

        if (Collections.EntryOf(plain) is var (key, item)) return BindDictionary(plain, key, item, nullability, element, pointer);
        if (Collections.ItemOf(plain) is { } listed) return BindList(plain, listed, nullability, element, pointer);
        return element.ValueKind == JsonValueKind.Object ? BindObject(plain, element, pointer, checkNames: true) : Expected(pointer, "an object", element);
    }

    private object BindList(Type type, Type item, NullabilityInfo? nullability, JsonElement element, string pointer)
    {
        if (element.ValueKind != JsonValueKind.Array) return Expected(pointer, "a list", element);
        var inner = nullability?.ElementType ?? nullability?.GenericTypeArguments.FirstOrDefault();
        var items = element.EnumerateArray().Select((value, index) => Bind(item, inner, value, $"{pointer}/{index}")).ToList();
        return items.Contains(Failed) ? Failed : Try(pointer, () => Collections.MakeList(type, item, items))!;
    }

    private object BindDictionary(Type type, Type key, Type item, NullabilityInfo? nullability, JsonElement element, string pointer)
    {
        if (element.ValueKind != JsonValueKind.Object) return Expected(pointer, "an object", element);
        if (!Scalars.Are(key)) return Unreadable(type, pointer);
        var inner = nullability?.GenericTypeArguments.ElementAtOrDefault(1);
        var entries = new Dictionary<object, object?>();
        var failed = false;
        foreach (var property in element.EnumerateObject())
        {
            var place = Pointer.To(pointer, property.Name);
            var (name, expected) = Scalars.ReadName(key, property.Name);
            var value = Bind(item, inner, property.Value, place);
            if (expected is not null) failed |= Report(place, $"expected {expected} as the name");
            else if (!entries.TryAdd(name!, value)) failed |= Report(place, "is given twice");
            failed |= value == Failed;
        }

        return failed ? Failed : Try(pointer, () => Collections.MakeDictionary(type, key, item, entries))!;
    }

    private object BindObject(Type type, JsonElement element, string pointer, bool checkNames)
    {
        if (ShapeOf(type) is not { } shape) return Unreadable(type, pointer);
        if (checkNames) CheckNames(element, pointer, NamesOf(type));
        var before = _problems.Count;
        var given = new Dictionary<Member, object?>();
        foreach (var member in shape.Members)
        {
            var place = Pointer.To(pointer, member.Name);
            if (element.TryGetProperty(member.Name, out var value)) given.Add(member, Bind(member.Type, member.Nullability, value, place));
            else if (member.IsRequired)
            {
                Report(place, "is required");
                given.Add(member, Failed);
            }
        }

        var instance = given.ContainsValue(Failed) ? Failed : Make(type, shape, given, pointer);
        foreach (var member in shape.Members) CheckValue(member, given, instance, Pointer.To(pointer, member.Name));
        if (instance != Failed && _problems.Count == before) Annotations.CheckWhole(instance, shape, pointer, _problems);
        return _problems.Count == before ? instance : Failed;
    }

    private object Make(Type type, Shape shape, Dictionary<Member, object?> given, string pointer)
    {
        var arguments = shape.Members.Where(member => member.Parameter is not null)
            .Select(member => given.TryGetValue(member, out var value) ? value : DefaultOf(member.Parameter!)).ToArray();
        var instance = Try(pointer, () => shape.Constructor?.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null) ?? Activator.CreateInstance(type));
        if (instance == Failed) return Failed;
        foreach (var (member, value) in given)
            if (member is { Parameter: null, Property: { } property })
            {
                var set = Try(Pointer.To(pointer, member.Name), () =>
                {
                    if (property.SetMethod is { IsPublic: true }) property.SetValue(instance, value, BindingFlags.DoNotWrapExceptions, null, null, null);
                    else Collections.Fill(property.GetValue(instance)!, value!);
                    return instance;
                });
                if (set == Failed) return Failed;
            }

        return instance!;
    }

    private void CheckValue(Member member, Dictionary<Member, object?> given, object instance, string place)
    {
        if (given.TryGetValue(member, out var value))
        {
            if (value == Failed) return; // it has its problem
        }
        else if (instance == Failed || member.Property is not { } property)
        {
            if (instance == Failed && member.Parameter is null) return; // what it would be is not known
            value = member.Parameter is { } parameter ? DefaultOf(parameter) : null;
        }
        else
        {
            value = Try(place, () => property.GetValue(instance, BindingFlags.DoNotWrapExceptions, null, null, null));
            if (value == Failed) return;
        }

        Annotations.Check(member, value, instance == Failed ? null : instance, place, _problems);
    }

    private static object? DefaultOf(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue || parameter.DefaultValue is null)
            return parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
        var plain = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return plain.IsEnum ? Enum.ToObject(plain, parameter.DefaultValue) : parameter.DefaultValue;
    }

    /// <summary>Calls the author's code: what it throws is a problem of the value.</summary>
    private object? Try(string pointer, Func<object?> act)
    {
        try
        {
            return act();
        }
        catch (Exception e)
        {
            Report(pointer, e.Message.ReplaceLineEndings(" "));
            return Failed;
        }
    }

    private static string What(Type type) =>
        type == typeof(object) ? "a value" : Scalars.Are(type) ? Scalars.Read(type, default).Expected ?? "a value" : Collections.ItemOf(type) is not null ? "a list" : "an object";

    private Shape? ShapeOf(Type type)
    {
        if (!_shapes.TryGetValue(type, out var shape)) _shapes.Add(type, shape = Shape.Of(type));
        return shape;
    }

    private object Unreadable(Type type, string pointer)
    {
        Report(pointer, $"cannot be read: {type.Name} is not a type that options can have. Report this to the plugin's author");
        return Failed;
    }

    private object Expected(string pointer, string expected, JsonElement found)
    {
        var kind = Words.KindOf(found);
        // "expected text, found text" would not help: what kind it is was not the trouble.
        Report(pointer, expected.StartsWith(kind, StringComparison.Ordinal) || found.ValueKind is JsonValueKind.String ? $"expected {expected}" : $"expected {expected}, found {kind}");
        return Failed;
    }

    private bool Report(string pointer, string message)
    {
        _problems.Add(new(pointer, message));
        return true;
    }
}
