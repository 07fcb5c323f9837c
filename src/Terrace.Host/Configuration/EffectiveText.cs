using System.Text;
using Terrace.Host.Files;

namespace Terrace.Host.Configuration;

/// <summary>Writes what is in force as a configuration file, with where each value comes from behind it.</summary>
internal static class EffectiveText
{
    private const int Column = 48;

    /// <summary>The text; it can be read again and then means the same.</summary>
    public static string Of(ConfigurationOutline outline)
    {
        StringBuilder text = new();
        text.Append("version: 1\nhost:\n");
        string? section = null;
        foreach ((string key, GivenValue value) in outline.EffectiveHost())
        {
            int dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && section != key[..dot])
            {
                section = key[..dot];
                text.Append("  ").Append(section).Append(":\n");
            }

            Write(text, dot > 0 ? "    " : "  ", key[(dot + 1)..], value);
        }

        text.Append(outline.Rules.Count == 0 ? "rules: []\n" : "rules:\n");
        foreach (RuleOutline rule in outline.Rules)
        {
            Write(text, "  - ", "name", new GivenValue(YamlFlow.Of(rule.Name), rule.File, rule.Line));
            foreach ((string key, GivenValue value) in outline.EffectiveRule(rule))
            {
                Write(text, "    ", key, value);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string indent, string key, GivenValue value)
    {
        // What is not set has no value to be written: a comment says so.
        string line = value.Text == ConfigurationOutline.NotSet ? $"{indent}# {key}: {value.Text}" : $"{indent}{key}: {value.Text}";
        text.Append(line.PadRight(Column)).Append(" # ").Append(Printable.Of(value.Source)).Append('\n');
    }
}
