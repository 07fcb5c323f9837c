using System.Reflection;
using System.Reflection.Emit;

namespace Terrace.Architecture.Tests;

/// <summary>
/// Finds which folder's compiled types use which other folder's types: bases, interfaces, fields, signatures, locals and
/// everything that method
/// bodies name. Sees what inference (<c>var</c>, target-typed <c>new</c>) hides from a search of the source.
/// </summary>
internal static class CompiledReaches
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value);

    /// <summary>Uses across folders below a root namespace, a folder being the namespace's next part.</summary>
    public static IReadOnlyList<Reach> Find(Assembly assembly, string rootNamespace)
    {
        HashSet<Reach> reaches = [];
        foreach (Type type in assembly.GetTypes())
        {
            string from = FolderOf(type, rootNamespace);
            if (from == "")
            {
                continue;
            }

            foreach (Type used in TypesUsedBy(type))
            {
                string to = FolderOf(used, rootNamespace);
                if (to != "" && to != from)
                {
                    reaches.Add(new Reach(from, to, Outermost(used).Name.Split('`')[0], Outermost(type).FullName!));
                }
            }
        }

        return [.. reaches];
    }

    private static IEnumerable<Type> TypesUsedBy(Type type)
    {
        IEnumerable<Type?> used =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(All).Select(field => field.FieldType),
            .. type.GetMethods(All).SelectMany(method => TypesUsedBy(method).Append(method.ReturnType)),
            .. type.GetConstructors(All).SelectMany(TypesUsedBy),
            .. type.GetCustomAttributesData().Select(attribute => attribute.AttributeType),
        ];
        return used.OfType<Type>().SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type> TypesUsedBy(MethodBase method) =>
    [
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method.GetMethodBody() is { } body ? body.LocalVariables.Select(local => local.LocalType) : [],
        .. TypesNamedInBody(method),
    ];

    private static IEnumerable<Type> TypesNamedInBody(MethodBase method)
    {
        byte[]? code = method.GetMethodBody()?.GetILAsByteArray();
        if (code is null)
        {
            yield break;
        }

        Type[]? typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
            {
                // Two-byte opcodes have negative values: 0xFE in the high byte.
                value = unchecked((short)(0xFE00 | code[at++]));
            }

            OpCode opCode = s_opCodes[value];
            switch (opCode.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    MemberInfo? member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments);
                    foreach (Type type in TypesOf(member))
                    {
                        yield return type;
                    }

                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                default:
                    at += OperandBytes(opCode.OperandType);
                    break;
            }
        }
    }

    private static IEnumerable<Type> TypesOf(MemberInfo? member) => member switch
    {
        Type type => [type],
        MethodInfo { IsGenericMethod: true } method => [method.DeclaringType!, method.ReturnType, .. method.GetGenericArguments()],
        MethodInfo method => [method.DeclaringType!, method.ReturnType],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        { DeclaringType: { } declaring } => [declaring],
        _ => [],
    };

    private static int OperandBytes(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    /// <summary>The types that a constructed type is made of: elements, generic arguments, the open generic.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        return type.IsGenericParameter ? [] : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string FolderOf(Type type, string rootNamespace) =>
        Outermost(type).Namespace is not { } name ? ""
        : name == rootNamespace ? Layers.Root
        : name.StartsWith(rootNamespace + ".", StringComparison.Ordinal) ? name[(rootNamespace.Length + 1)..].Split('.')[0]
        : "";
}
