using System.Reflection;
using System.Text.Json.Serialization;

namespace PluginHost.Extensions.Binding;

/// <summary>How an object is made: the constructor, and the members that options can give.</summary>
/// <param name="Constructor">Makes it; <see langword="null"/> for a struct that is made of nothing.</param>
/// <param name="Members">Its members, in the order of the constructor, then of their declaration.</param>
internal sealed record Shape(ConstructorInfo? Constructor, IReadOnlyList<Member> Members)
{
    private const BindingFlags Instance = BindingFlags.Public | BindingFlags.Instance;

    /// <summary>Looks at a type.</summary>
    /// <returns><see langword="null"/> where it cannot be made.</returns>
    public static Shape? Of(Type type)
    {
        if (type.IsAbstract || type.IsInterface || type.IsPointer || type.ContainsGenericParameters || typeof(Delegate).IsAssignableFrom(type)) return null;
        var constructors = type.GetConstructors();
        var constructor = constructors.FirstOrDefault(candidate => candidate.IsDefined(typeof(JsonConstructorAttribute), false))
            ?? constructors.FirstOrDefault(candidate => candidate.GetParameters().Length == 0)
            ?? constructors.MaxBy(candidate => candidate.GetParameters().Length);
        if (constructor is null && !type.IsValueType) return null;

        var nullability = new NullabilityInfoContext();
        var properties = type.GetProperties(Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && property.GetMethod is { IsPublic: true } && !property.IsDefined(typeof(JsonIgnoreAttribute), true))
            .ToList();
        var members = (constructor?.GetParameters() ?? [])
            .Select(parameter => Member.Of(parameter, properties.Find(property => property.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase)), nullability))
            .ToList();
        members.AddRange(properties
            .Where(property => members.TrueForAll(member => member.Property != property) && (property.SetMethod is { IsPublic: true } || Collections.IsFilled(property.PropertyType)))
            .Select(property => Member.Of(property, nullability)));
        return new Shape(constructor, members);
    }
}

/// <summary>A member of an object that options can give.</summary>
/// <param name="Name">As options write it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nullability">What may be null in it.</param>
/// <param name="Parameter">The parameter of the constructor, or <see langword="null"/>.</param>
/// <param name="Property">The property, or <see langword="null"/>.</param>
/// <param name="IsRequired">There is nothing that it could be when it is not given.</param>
internal sealed record Member(string Name, Type Type, NullabilityInfo Nullability, ParameterInfo? Parameter, PropertyInfo? Property, bool IsRequired)
{
    /// <summary>The attributes of both: those of a record's parameters stand at the parameters.</summary>
    public IEnumerable<Attribute> Attributes => [.. Parameter?.GetCustomAttributes() ?? [], .. Property?.GetCustomAttributes() ?? []];

    /// <summary>A parameter of the constructor, with the property that shows it.</summary>
    public static Member Of(ParameterInfo parameter, PropertyInfo? property, NullabilityInfoContext context)
    {
        var nullability = context.Create(parameter);
        return new(property is null ? Scalars.NameOf(parameter.Name!) : NameOf(property), parameter.ParameterType, nullability, parameter, property,
            !parameter.HasDefaultValue && !MayBeNull(parameter.ParameterType, nullability));
    }

    /// <summary>A property.</summary>
    public static Member Of(PropertyInfo property, NullabilityInfoContext context) =>
        new(NameOf(property), property.PropertyType, context.Create(property), null, property,
            property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), true));

    /// <summary>Whether null is a value of a type, as its author wrote it.</summary>
    public static bool MayBeNull(Type type, NullabilityInfo? nullability) =>
        type.IsValueType ? Nullable.GetUnderlyingType(type) is not null : nullability is null or { WriteState: not NullabilityState.NotNull };

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Scalars.NameOf(property.Name);
}
