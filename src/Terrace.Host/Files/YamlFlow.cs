using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>Writes YAML on one line.</summary>
internal static class YamlFlow
{
    // Signs that mean nothing to YAML wherever they stand in a word, within brackets too.
    private const string Harmless = "_./%-+=~";

    /// <summary>A node as it stands in a file, on one line.</summary>
    public static string Of(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.Count == 0 ? "{}"
            : $"{{ {string.Join(", ", mapping.Children.Select(child => $"{Of(child.Key)}: {Of(child.Value)}"))} }}",
        YamlSequenceNode list => $"[{string.Join(", ", list.Children.Select(Of))}]",
        YamlScalarNode { Value: { } text } scalar => scalar.Style == ScalarStyle.Plain ? Of(text) : Quoted(text),
        _ => "",
    };

    /// <summary>A text, with quotes where it needs them.</summary>
    public static string Of(string text)
    {
        if (YamlNull.IsWord(text) || !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('/' or '.' or '_') || text[^1] == ' ')
        {
            return Quoted(text);
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != ' ' && !Harmless.Contains(c, StringComparison.Ordinal))
            {
                // A colon within a word, as in 127.0.0.1:9464, is harmless; one at its end is not.
                if (c != ':' || text.Contains(": ", StringComparison.Ordinal) || text[^1] == ':')
                {
                    return Quoted(text);
                }
            }
        }

        return text;
    }

    /// <summary>A text in double quotes.</summary>
    public static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\');
            }

            quoted.Append(
                Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or 0xFEFF
                    ? $"\\u{rune.Value:x4}"
                    : rune.ToString());
        }

        return quoted.Append('"').ToString();
    }
}
