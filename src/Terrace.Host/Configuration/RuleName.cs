using System.Globalization;
using System.Text;
using Terrace.Core.Units;

namespace Terrace.Host.Configuration;

/// <summary>Names of rules: people type them, and <c>rule:process</c> and paths of control groups are made of them.</summary>
internal static class RuleName
{
    /// <summary>A target's name may have 256 characters, and more than the rule's is in it.</summary>
    public const int MaxLength = 64;

    /// <summary>The same as a regular expression (ECMA-262 with u), for the schema.</summary>
    public const string Pattern = $"^(?!\\p{{Zs}})(?![0-9]+$)[^:/\\p{{Cc}}\\p{{Cf}}\\p{{Cs}}\\p{{Zl}}\\p{{Zp}}]{{1,64}}(?<!\\p{{Zs}})$";

    /// <summary>What is wrong with a name; null when it is good.</summary>
    public static Problem? ProblemOf(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return new Problem(name.Length == 0 ? "is empty" : "has only spaces", "give the rule a name, which status and events will use");
        }

        if (name.Length > MaxLength)
        {
            return new Problem($"has {name.Length} characters", $"write at most {MaxLength}");
        }

        foreach (Rune rune in name.EnumerateRunes())
        {
            if (rune.Value is ':' or '/')
            {
                return new Problem($"'{name}' contains '{rune}', which stands between a rule and a process or a path", "leave it out");
            }

            if (
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
                || rune == Rune.ReplacementChar)
            {
                return new Problem(
                    string.Create(CultureInfo.InvariantCulture, $"contains the invisible character U+{rune.Value:X4}"),
                    "write letters, digits, spaces and signs that can be seen");
            }
        }

        return char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1])
                ? new Problem($"'{name}' begins or ends with a {SpaceAtAnEnd(name)}", "leave it out")
            : name.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? new Problem(
                $"'{name}' is a number, which would be taken for a process's", $"write for example 'rule {name}'")
            : null;
    }

    // Of those that look like others, or like nothing, the number is said.
    private static string SpaceAtAnEnd(string name) =>
        (char.IsWhiteSpace(name[0]) ? name[0] : name[^1]) is not ' ' and var other
            ? string.Create(CultureInfo.InvariantCulture, $"space (U+{(int)other:X4})") : "space";
}
