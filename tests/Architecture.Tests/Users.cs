using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace PluginHost.Architecture.Tests;

/// <summary>Which types of an assembly refer to another: by what they derive from, hold, take, return or do.</summary>
internal sealed class Users
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xFFFF);

    private readonly Reading _reading;
    private readonly SignatureReader _signatures;
    private readonly HashSet<string> _foreign;

    private Users(Reading reading, string assembly)
    {
        _reading = reading;
        _signatures = new SignatureReader(reading);
        _foreign = [.. Metadata.TypeReferences.Where(handle => Scope(handle) == assembly).Select(reading.NameOf)];
    }

    private MetadataReader Metadata => _reading.Metadata;

    /// <summary>The full names of the types that mention a type of <paramref name="assembly"/>; nested types by the outermost.</summary>
    public static IReadOnlyList<string> Of(Reading reading, string assembly)
    {
        var users = new Users(reading, assembly);
        return [.. reading.Types.Where(users.Mentions).Select(users.Outermost).Distinct().Order(StringComparer.Ordinal)];
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

    private bool Mentions(TypeDefinition type) =>
        IsForeign(type.BaseType)
        || type.GetInterfaceImplementations().Any(one => IsForeign(Metadata.GetInterfaceImplementation(one).Interface))
        || type.GetFields().Any(field => IsForeign(Metadata.GetFieldDefinition(field).DecodeSignature(_signatures, null)))
        || type.GetMethods().Select(Metadata.GetMethodDefinition).Any(Mentions);

    private bool Mentions(MethodDefinition method) =>
        IsForeign(method.DecodeSignature(_signatures, null)) || (method.RelativeVirtualAddress != 0 && MentionsInBody(_reading.Body(method)));

    private bool MentionsInBody(MethodBodyBlock body) =>
        (!body.LocalSignature.IsNil && Metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null).Any(IsForeign))
        || body.ExceptionRegions.Any(region => IsForeign(region.CatchType))
        || Tokens(body.GetILBytes()!).Any(IsForeign);

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

    private bool IsForeign(EntityHandle handle) => !handle.IsNil && handle.Kind switch
    {
        HandleKind.TypeReference => _foreign.Contains(_reading.NameOf((TypeReferenceHandle)handle)),
        HandleKind.TypeSpecification => IsForeign(Metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null)),
        HandleKind.MemberReference => IsForeign((MemberReferenceHandle)handle),
        HandleKind.MethodSpecification => IsForeign(Metadata.GetMethodSpecification((MethodSpecificationHandle)handle)),
        _ => false,
    };

    private bool IsForeign(MemberReferenceHandle handle)
    {
        var member = Metadata.GetMemberReference(handle);
        return IsForeign(member.Parent) || (member.GetKind() == MemberReferenceKind.Method
            ? IsForeign(member.DecodeMethodSignature(_signatures, null))
            : IsForeign(member.DecodeFieldSignature(_signatures, null)));
    }

    private bool IsForeign(MethodSpecification method) => IsForeign(method.Method) || method.DecodeSignature(_signatures, null).Any(IsForeign);

    private bool IsForeign(MethodSignature<SignatureType> method) => IsForeign(method.ReturnType) || method.ParameterTypes.Any(IsForeign);

    private bool IsForeign(SignatureType type) => _foreign.Contains(type.Name.TrimEnd('[', ']')) || type.Arguments.Any(IsForeign);
}
