using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Terrace.Tests;

/// <summary>The shape of JSON: a line for each member, with its path, its kind, and whether it may be null or left out.</summary>
internal static class JsonShape
{
    private static readonly Type[] s_integers =
        [typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>The compiled contexts of an assembly, which are all JSON that it reads and writes by type.</summary>
    public static IEnumerable<Type> ContextsIn(Assembly assembly) =>
        assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext))).OrderBy(type => type.FullName);

    /// <summary>The shapes of all types that a context names, in that order.</summary>
    public static string Of(Type context)
    {
        JsonSerializerOptions options = Instance(context).Options;
        StringBuilder text = new();
        IEnumerable<Type> roots = context.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!);
        foreach (JsonTypeInfo info in roots.Select(options.GetTypeInfo))
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(NameOf(info.Type)).Append(": ").Append(KindOf(info)).Append('\n');
            Members(text, info, "  ", []);
        }

        return text.ToString();
    }

    /// <summary>The shape of a document: of arrays, that of the first element.</summary>
    public static string Of(JsonElement document)
    {
        StringBuilder text = new();
        Members(text, document, "  ");
        return text.ToString();
    }

    // As the socket or the port speaks it, where that differs from what is shown.
    private static JsonSerializerContext Instance(Type context) =>
        (JsonSerializerContext)(context.GetProperty("Line", BindingFlags.Public | BindingFlags.Static)
            ?? context.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!).GetValue(null)!;

    private static void Members(StringBuilder text, JsonElement element, string path)
    {
        foreach (JsonProperty member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            text.Append(path).Append(member.Name).Append(": ").Append(KindOf(member.Value)).Append('\n');
            Members(text, member.Value, $"{path}{member.Name}.");
            if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0)
            {
                Members(text, member.Value[0], $"{path}{member.Name}[].");
            }
        }
    }

    private static void Members(StringBuilder text, JsonTypeInfo info, string path, Type[] above)
    {
        if (Inner(info) is { } inner)
        {
            Members(text, inner, $"{path.TrimEnd('.')}{(info.Kind == JsonTypeInfoKind.Enumerable ? "[]." : "{}.")}", above);
            return;
        }

        foreach (JsonPropertyInfo member in info.Kind == JsonTypeInfoKind.Object && !above.Contains(info.Type) ? info.Properties : [])
        {
            JsonTypeInfo type = TypeInfo(info.Options, member.PropertyType);
            text.Append(path).Append(member.Name).Append(": ").Append(KindOf(type)).Append(Absence(member, info.Options)).Append('\n');
            Members(text, type, $"{path}{member.Name}.", [.. above, info.Type]);
        }
    }

    private static string Absence(JsonPropertyInfo member, JsonSerializerOptions options)
    {
        Type type = member.PropertyType;
        bool nullable = Nullable.GetUnderlyingType(type) is not null || (!type.IsValueType && member.IsGetNullable);
        return (nullable, options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull) switch
        {
            (true, true) => ", or left out",
            (true, false) => ", or null",
            _ => "",
        };
    }

    private static JsonTypeInfo TypeInfo(JsonSerializerOptions options, Type type) =>
        options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);

    private static JsonTypeInfo? Inner(JsonTypeInfo info) => info.ElementType is { } type ? TypeInfo(info.Options, type) : null;

    private static string KindOf(JsonTypeInfo info) => info.Kind switch
    {
        JsonTypeInfoKind.Object => "object",
        JsonTypeInfoKind.Enumerable => $"array of {KindOf(Inner(info)!)}",
        JsonTypeInfoKind.Dictionary => $"object of {KindOf(Inner(info)!)}",
        _ => KindOf(info.Type, info),
    };

    private static string KindOf(Type type, JsonTypeInfo info)
    {
        if (type == typeof(string))
        {
            return "string";
        }

        if (s_integers.Contains(type))
        {
            return "integer";
        }

        JsonElement[] samples = type.IsEnum
            ? [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToElement(value, info))]
            : [JsonSerializer.SerializeToElement(RuntimeHelpers.GetUninitializedObject(type), info)];
        return samples.All(value => value.ValueKind == JsonValueKind.String) && type.IsEnum
            ? $"one of {string.Join(", ", samples.Select(value => value.GetString()))}"
            : KindOf(samples[0]);
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => "number",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => throw new InvalidOperationException($"a value of kind {value.ValueKind} has no shape"),
    };

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]} of {type.GetGenericArguments()[^1].Name}" : type.Name;
}
