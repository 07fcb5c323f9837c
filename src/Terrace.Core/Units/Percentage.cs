using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>Parts of a whole as people write them: <c>40%</c>, <c>0.5 %</c>. The sign is required, except for 0.</summary>
public static class Percentage
{
    /// <summary>The same grammar as a regular expression, for the schema.</summary>
    public const string Pattern = $"^ *({Body}|0+(\\.0+)?) *$";

    internal const string Body = Quantity.NumberPattern + " *%";

    /// <summary>Reads a percentage, as a fraction: 0.4 for <c>40%</c>. False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double fraction)
    {
        ReadOnlySpan<char> unit = text.Trim(' ');
        bool read = Quantity.TryTakeNumber(ref unit, out fraction) && (unit is "%" || (unit.IsEmpty && fraction == 0));
        fraction /= 100;
        return read;
    }

    /// <summary>
    /// Reads a percentage in a range, whose ends may be left out of it. On failure <paramref name="problem"/> says what is wrong and
    /// how to fix it.
    /// </summary>
    public static bool TryParse(
        string text, PercentageRange range, out double fraction, [NotNullWhen(false)] out Problem? problem, string example = "3%")
    {
        bool read = TryParse(text, out fraction);
        bool negative = !read && Quantity.TryTakeMinus(text, out ReadOnlySpan<char> rest) && TryParse(rest, out _);
        problem = negative || (read && !range.Holds(fraction)) ? new Problem($"'{text}' is out of range", $"write {range}")
            : read ? null
            : Quantity.IsBare(text) ? new Problem($"'{text}' has no unit", $"write {WithSign(text, range) ?? range.ToString()}")
            : new Problem($"'{text}' is not a percentage", $"write for example {example}");
        return problem is null;
    }

    /// <summary>Writes a fraction as a percentage: <c>40%</c>.</summary>
    public static string Exactly(double fraction) => (fraction * 100).ToString("0.######", CultureInfo.InvariantCulture) + "%";

    /// <summary>What a number without a sign may have meant in a range: a percentage, or a fraction; null when neither is in it.</summary>
    internal static string? WithSign(string bare, PercentageRange range)
    {
        string text = Quantity.Again(bare);
        ReadOnlySpan<char> number = text;
        Quantity.TryTakeNumber(ref number, out double value);
        List<string> meant = value is > 0 and < 1 && range.Holds(value) ? [Exactly(value)] : [];
        if (range.Holds(value / 100))
        {
            meant.Add($"{text}%");
        }

        return meant.Count > 0 ? string.Join(" or ", meant) : null;
    }
}
