using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Parley.Tests.Structure;

/// <summary>Reads from a compiled assembly which namespaces its namespaces use: in signatures, attributes and method bodies.</summary>
internal sealed class AssemblyUses : ISignatureTypeProvider<ValueTuple, ValueTuple>
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => (int)(ushort)code.Value);

    private readonly HashSet<(string From, string To)> _uses = [];
    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private string _from = "";

    private AssemblyUses(PEReader image) => (_image, _metadata) = (image, image.GetMetadataReader());

    /// <summary>Pairs of namespaces: the first one uses the second.</summary>
    public static IReadOnlySet<(string From, string To)> Read(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        var uses = new AssemblyUses(image);
        foreach (var handle in uses._metadata.TypeDefinitions)
            uses.ReadType(handle);
        return uses._uses;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _from = NamespaceOf(handle);
        Note(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
            Note(_metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (var attribute in type.GetCustomAttributes())
            Note(_metadata.GetCustomAttribute(attribute).Constructor);
        foreach (var field in type.GetFields())
            _metadata.GetFieldDefinition(field).DecodeSignature(this, default);
        foreach (var method in type.GetMethods())
            ReadMethod(_metadata.GetMethodDefinition(method));
    }

    private void ReadMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, default);
        foreach (var attribute in method.GetCustomAttributes())
            Note(_metadata.GetCustomAttribute(attribute).Constructor);
        if (method.RelativeVirtualAddress == 0)
            return;
        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, default);
        foreach (var region in body.ExceptionRegions)
            Note(region.CatchType);
        ReadInstructions(body.GetILReader());
    }

    private void ReadInstructions(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xFE)
                value = 0xFE00 | code.ReadByte();
            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok:
                    Note(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += targets * 4;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private void Note(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _uses.Add((_from, NamespaceOf((TypeDefinitionHandle)handle)));
                break;
            case HandleKind.TypeReference:
                _uses.Add((_from, NamespaceOf((TypeReferenceHandle)handle)));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, default);
                break;
            case HandleKind.MethodDefinition:
                Note(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Note(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(this, default);
                Note(generic.Method);
                break;
            case HandleKind.MemberReference:
                var member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Note(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                    member.DecodeMethodSignature(this, default);
                else
                    member.DecodeFieldSignature(this, default);
                break;
        }
    }

    // A nested type belongs to the namespace of the outermost one.
    private string NamespaceOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        while (type.IsNested)
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        return _metadata.GetString(type.Namespace);
    }

    private string NamespaceOf(TypeReferenceHandle handle)
    {
        var type = _metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
            type = _metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        return _metadata.GetString(type.Namespace);
    }

    public ValueTuple GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Note(handle);
        return default;
    }

    public ValueTuple GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Note(handle);
        return default;
    }

    public ValueTuple GetTypeFromSpecification(MetadataReader reader, ValueTuple context, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Note(handle);
        return default;
    }

    // The rest is made of the above, which is all that counts here.
    public ValueTuple GetArrayType(ValueTuple elementType, ArrayShape shape) => default;
    public ValueTuple GetByReferenceType(ValueTuple elementType) => default;
    public ValueTuple GetFunctionPointerType(MethodSignature<ValueTuple> signature) => default;
    public ValueTuple GetGenericInstantiation(ValueTuple genericType, ImmutableArray<ValueTuple> typeArguments) => default;
    public ValueTuple GetGenericMethodParameter(ValueTuple context, int index) => default;
    public ValueTuple GetGenericTypeParameter(ValueTuple context, int index) => default;
    public ValueTuple GetModifiedType(ValueTuple modifier, ValueTuple unmodifiedType, bool isRequired) => default;
    public ValueTuple GetPinnedType(ValueTuple elementType) => default;
    public ValueTuple GetPointerType(ValueTuple elementType) => default;
    public ValueTuple GetPrimitiveType(PrimitiveTypeCode typeCode) => default;
    public ValueTuple GetSZArrayType(ValueTuple elementType) => default;
}
