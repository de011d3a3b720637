using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace PluginHost.Architecture.Tests;

/// <summary>Which types of an assembly mention which others: by what they derive from, hold, take, return or do.</summary>
internal sealed class Users
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xFFFF);

    private readonly Reading _reading;
    private readonly SignatureReader _signatures;

    private Users(Reading reading) => (_reading, _signatures) = (reading, new SignatureReader(reading));

    private MetadataReader Metadata => _reading.Metadata;

    /// <summary>The full names of the types that mention a type of <paramref name="assembly"/>; nested types by the outermost.</summary>
    public static IReadOnlyList<string> Of(Reading reading, string assembly)
    {
        var users = new Users(reading);
        var foreign = reading.Metadata.TypeReferences.Where(handle => users.Scope(handle) == assembly).Select(reading.NameOf).ToHashSet();
        return [.. Mentions(reading).Where(pair => pair.Value.Overlaps(foreign)).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
    }

    /// <summary>For each type, the full names of all types that it mentions, its own assembly's by the outermost; nested types belong to the outermost.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> Mentions(Reading reading)
    {
        var users = new Users(reading);
        var mentions = new Dictionary<string, HashSet<string>>();
        foreach (var type in reading.Types)
        {
            var outermost = users.Outermost(type);
            if (!mentions.TryGetValue(outermost, out var found)) mentions.Add(outermost, found = []);
            found.UnionWith(users.MentionedBy(type));
        }

        return mentions;
    }

    private string Outermost(TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil) type = Metadata.GetTypeDefinition(type.GetDeclaringType());
        return _reading.NameOf(type);
    }

    private string Scope(TypeReferenceHandle handle)
    {
        var scope = Metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => Metadata.GetString(Metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            HandleKind.TypeReference => Scope((TypeReferenceHandle)scope),
            _ => "",
        };
    }

    private IEnumerable<string> MentionedBy(TypeDefinition type) =>
    [
        .. At(type.BaseType),
        .. type.GetInterfaceImplementations().SelectMany(implementation => At(Metadata.GetInterfaceImplementation(implementation).Interface)),
        .. type.GetFields().SelectMany(field => In(Metadata.GetFieldDefinition(field).DecodeSignature(_signatures, null))),
        .. type.GetMethods().Select(Metadata.GetMethodDefinition).SelectMany(MentionedBy),
    ];

    private IEnumerable<string> MentionedBy(MethodDefinition method)
    {
        var signature = In(method.DecodeSignature(_signatures, null));
        return method.RelativeVirtualAddress == 0 ? signature : signature.Concat(InBody(_reading.Body(method)));
    }

    private IEnumerable<string> InBody(MethodBodyBlock body)
    {
        IEnumerable<string> locals = body.LocalSignature.IsNil
            ? []
            : Metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null).SelectMany(In);
        return locals.Concat(body.ExceptionRegions.SelectMany(region => At(region.CatchType))).Concat(Tokens(body.GetILBytes()!).SelectMany(At));
    }

    private static IEnumerable<EntityHandle> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var opcode = Codes[code[at] == 0xFE ? 0xFE00 | code[at + 1] : code[at]];
            at += opcode.Size;
            switch (opcode.OperandType)
            {
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                    yield return MetadataTokens.EntityHandle(BitConverter.ToInt32(code, at));
                    break;
                case OperandType.InlineSwitch:
                    at += 4 * BitConverter.ToInt32(code, at);
                    break;
            }

            at += opcode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                _ => 4,
            };
        }
    }

    private IEnumerable<string> At(EntityHandle handle) => handle.IsNil ? [] : handle.Kind switch
    {
        HandleKind.TypeReference => [_reading.NameOf((TypeReferenceHandle)handle)],
        HandleKind.TypeDefinition => [Outermost(Metadata.GetTypeDefinition((TypeDefinitionHandle)handle))],
        HandleKind.TypeSpecification => In(Metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null)),
        HandleKind.MethodDefinition => At(Metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()),
        HandleKind.FieldDefinition => At(Metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()),
        HandleKind.MemberReference => At((MemberReferenceHandle)handle),
        HandleKind.MethodSpecification => At((MethodSpecificationHandle)handle),
        _ => [],
    };

    private IEnumerable<string> At(MemberReferenceHandle handle)
    {
        var member = Metadata.GetMemberReference(handle);
        return At(member.Parent).Concat(member.GetKind() == MemberReferenceKind.Method
            ? In(member.DecodeMethodSignature(_signatures, null))
            : In(member.DecodeFieldSignature(_signatures, null)));
    }

    private IEnumerable<string> At(MethodSpecificationHandle handle)
    {
        var method = Metadata.GetMethodSpecification(handle);
        return At(method.Method).Concat(method.DecodeSignature(_signatures, null).SelectMany(In));
    }

    private IEnumerable<string> In(MethodSignature<SignatureType> method) => In(method.ReturnType).Concat(method.ParameterTypes.SelectMany(In));

    private IEnumerable<string> In(SignatureType type)
    {
        IEnumerable<string> named = type.Definition.IsNil ? [type.Name.TrimEnd('[', ']', '*')] : At(type.Definition);
        return named.Concat(type.Arguments.SelectMany(In));
    }
}
