using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Terrace.Architecture.Tests;

/// <summary>Looks for banned symbols in a built assembly: the analyzer's word is checked against what was compiled.</summary>
internal static class BannedSymbols
{
    /// <summary>
    /// Reads a list in the analyzer's format: <c>T:Namespace.Type</c>, <c>P:Type.Property</c>, <c>M:Type.Method(…)</c>, then
    /// <c>;reason</c>.
    /// </summary>
    public static IReadOnlyList<string> Parse(string text) =>
    [
        .. text.Split('\n').Select(line => line.Split(';')[0].Trim()).Where(line => line.Length > 0),
    ];

    /// <summary>Banned symbols that the assembly refers to.</summary>
    public static IReadOnlyList<string> UsedBy(string assemblyPath, IReadOnlyList<string> banned)
    {
        using FileStream stream = File.OpenRead(assemblyPath);
        using PEReader file = new(stream);
        MetadataReader metadata = file.GetMetadataReader();
        HashSet<string> used = [];
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            used.Add("T:" + NameOf(metadata, metadata.GetTypeReference(handle)));
        }

        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                string type = NameOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)member.Parent));
                string name = metadata.GetString(member.Name);
                used.Add($"M:{type}.{name}");
                used.Add(name.StartsWith("get_", StringComparison.Ordinal) ? $"P:{type}.{name[4..]}" : $"F:{type}.{name}");
            }
        }

        // Overloads are not distinguished: all of a banned method's are banned.
        return [.. banned.Where(symbol => used.Contains(symbol.Split('(')[0])).Distinct()];
    }

    /// <summary>Methods of the assembly that call native code directly.</summary>
    public static IReadOnlyList<string> NativeImportsOf(string assemblyPath)
    {
        using FileStream stream = File.OpenRead(assemblyPath);
        using PEReader file = new(stream);
        MetadataReader metadata = file.GetMetadataReader();
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
                .Where(method => (method.Attributes & System.Reflection.MethodAttributes.PinvokeImpl) != 0)
                .Select(method => NameOf(metadata, method.GetDeclaringType()) + "." + metadata.GetString(method.Name)),
        ];
    }

    private static string NameOf(MetadataReader metadata, TypeReference type) =>
        Join(metadata.GetString(type.Namespace), metadata.GetString(type.Name));

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? NameOf(metadata, outer) + "." + name
            : Join(metadata.GetString(type.Namespace), name);
    }

    private static string Join(string space, string name) => space.Length == 0 ? name : space + "." + name;
}
