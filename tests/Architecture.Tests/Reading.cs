using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PluginHost.Architecture.Tests;

/// <summary>A built assembly, read as a file. Nothing in it is loaded or run.</summary>
internal sealed class Reading : IDisposable
{
    private readonly PEReader _file;

    public Reading(string path)
    {
        _file = new PEReader(new MemoryStream(File.ReadAllBytes(path)));
        Metadata = _file.GetMetadataReader();
        Name = Metadata.GetString(Metadata.GetAssemblyDefinition().Name);
    }

    public MetadataReader Metadata { get; }

    public string Name { get; }

    public IReadOnlyList<string> References =>
        [.. Metadata.AssemblyReferences.Select(h => Metadata.GetString(Metadata.GetAssemblyReference(h).Name))];

    /// <summary>The full names of all types of other assemblies that are mentioned.</summary>
    public IReadOnlyList<string> MentionedTypes => [.. Metadata.TypeReferences.Select(NameOf)];

    /// <summary>"Type.Member" for all members of types of other assemblies that are mentioned. Property accessors are get_X and set_X.</summary>
    public IReadOnlyList<string> MentionedMembers =>
    [
        .. from handle in Metadata.MemberReferences
           let member = Metadata.GetMemberReference(handle)
           where member.Parent.Kind == HandleKind.TypeReference
           select $"{NameOf((TypeReferenceHandle)member.Parent)}.{Metadata.GetString(member.Name)}",
    ];

    /// <summary>The same for members of generic types, whatever their type arguments are.</summary>
    public IReadOnlyList<string> MentionedGenericMembers =>
    [
        .. from handle in Metadata.MemberReferences
           let member = Metadata.GetMemberReference(handle)
           where member.Parent.Kind == HandleKind.TypeSpecification
           let type = Metadata.GetTypeSpecification((TypeSpecificationHandle)member.Parent).DecodeSignature(new SignatureReader(this), null)
           select $"{type.Name}.{Metadata.GetString(member.Name)}",
    ];

    public IEnumerable<TypeDefinition> Types => Metadata.TypeDefinitions.Select(Metadata.GetTypeDefinition);

    public string NameOf(TypeReferenceHandle handle)
    {
        var type = Metadata.GetTypeReference(handle);
        var name = Metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{NameOf((TypeReferenceHandle)type.ResolutionScope)}.{name}";
        return type.Namespace.IsNil ? name : $"{Metadata.GetString(type.Namespace)}.{name}";
    }

    public string NameOf(TypeDefinition type)
    {
        var name = Metadata.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
            return $"{NameOf(Metadata.GetTypeDefinition(type.GetDeclaringType()))}.{name}";
        return type.Namespace.IsNil ? name : $"{Metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Whether another assembly can reach the type.</summary>
    public bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
            IsVisible(Metadata.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    /// <summary>Whether the compiler made the type, or the one around it: no name in source code starts with '&lt;'.</summary>
    public bool IsMadeByCompiler(TypeDefinition type) =>
        Metadata.GetString(type.Name).StartsWith('<')
        || (!type.GetDeclaringType().IsNil && IsMadeByCompiler(Metadata.GetTypeDefinition(type.GetDeclaringType())));

    public bool Carries(CustomAttributeHandleCollection attributes, string attribute) => attributes.Any(handle =>
    {
        var constructor = Metadata.GetCustomAttribute(handle).Constructor;
        return constructor.Kind == HandleKind.MemberReference
            && Metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
            && NameOf((TypeReferenceHandle)parent) == attribute;
    });

    public bool IsValueType(TypeDefinition type) => BaseOf(type) == "System.ValueType";

    public bool IsDelegate(TypeDefinition type) => BaseOf(type) == "System.MulticastDelegate";

    public bool IsEnum(TypeDefinition type) => BaseOf(type) == "System.Enum";

    public MethodBodyBlock Body(MethodDefinition method) => _file.GetMethodBody(method.RelativeVirtualAddress);

    public void Dispose() => _file.Dispose();

    private string? BaseOf(TypeDefinition type) =>
        type.BaseType.Kind == HandleKind.TypeReference && !type.BaseType.IsNil ? NameOf((TypeReferenceHandle)type.BaseType) : null;
}

/// <summary>A type in a signature, as far as the rules look.</summary>
/// <param name="Name">Its full name without type arguments; for an array that of the element with "[]".</param>
/// <param name="Arguments">The type arguments of a generic type.</param>
/// <param name="IsByReference">Whether it is passed or returned by reference.</param>
/// <param name="Definition">Where it is defined, when in the assembly being read.</param>
/// <param name="Modifier">The name of its custom modifier, such as that of an init accessor.</param>
internal sealed record SignatureType(
    string Name,
    ImmutableArray<SignatureType> Arguments,
    bool IsByReference = false,
    TypeDefinitionHandle Definition = default,
    string? Modifier = null)
{
    public SignatureType(string name)
        : this(name, [])
    {
    }
}

internal sealed class SignatureReader(Reading reading) : ISignatureTypeProvider<SignatureType, object?>
{
    public SignatureType GetPrimitiveType(PrimitiveTypeCode typeCode) => new($"System.{typeCode}");

    public SignatureType GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        new(reading.NameOf(reader.GetTypeDefinition(handle)), [], Definition: handle);

    public SignatureType GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        new(reading.NameOf(handle));

    public SignatureType GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public SignatureType GetGenericInstantiation(SignatureType genericType, ImmutableArray<SignatureType> typeArguments) =>
        genericType with { Arguments = typeArguments };

    public SignatureType GetByReferenceType(SignatureType elementType) => elementType with { IsByReference = true };

    public SignatureType GetSZArrayType(SignatureType elementType) => new(elementType.Name + "[]");

    public SignatureType GetArrayType(SignatureType elementType, ArrayShape shape) => new(elementType.Name + "[]");

    public SignatureType GetPointerType(SignatureType elementType) => new(elementType.Name + "*");

    public SignatureType GetFunctionPointerType(MethodSignature<SignatureType> signature) => new("delegate*");

    public SignatureType GetGenericMethodParameter(object? context, int index) => new($"!!{index}");

    public SignatureType GetGenericTypeParameter(object? context, int index) => new($"!{index}");

    public SignatureType GetModifiedType(SignatureType modifier, SignatureType unmodifiedType, bool isRequired) =>
        unmodifiedType with { Modifier = modifier.Name };

    public SignatureType GetPinnedType(SignatureType elementType) => elementType;
}
