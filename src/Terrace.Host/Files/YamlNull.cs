using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>What YAML reads as no value at all (section 10.3.2 of YAML 1.2.2, and the empty node).</summary>
internal static class YamlNull
{
    /// <summary>True for a plain scalar that is null; in quotes, or with a tag of its own, the same letters are a word.</summary>
    public static bool Is(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Tag.IsEmpty: true } scalar && IsWord(scalar.Value);

    /// <summary>True for a text that is null where it stands without quotes.</summary>
    public static bool IsWord(string? text) => text is null or "" or "~" or "null" or "Null" or "NULL";
}
