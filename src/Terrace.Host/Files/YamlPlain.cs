using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>What YAML takes plain words for (section 10.3.2 of YAML 1.2.2): the schema, and editors by it, see no text there.</summary>
internal static partial class YamlPlain
{
    /// <summary>True for a number or a truth value without quotes.</summary>
    public static bool IsOtherThanText(YamlScalarNode node) =>
        node is { Style: ScalarStyle.Plain or ScalarStyle.Any, Tag.IsEmpty: true, Value: { } text } && IsNumberOrTruth(text);

    private static bool IsNumberOrTruth(string text) =>
        text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" || Number().IsMatch(text);

    [
        GeneratedRegex(
            @"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
            RegexOptions.ExplicitCapture,
            matchTimeoutMilliseconds: 1000),
    ]
    private static partial Regex Number();
}
