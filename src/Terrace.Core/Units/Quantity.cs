using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>A number and its unit, as sizes, times and percentages are written: <c>1.5GiB</c>, <c>40 %</c>.</summary>
internal static class Quantity
{
    /// <summary>Any number that units may follow, for the patterns of the schema.</summary>
    public const string NumberPattern = "([0-9]+(\\.[0-9]+)?|\\.[0-9]+)";

    /// <summary>Takes a number, and the spaces after it, from the beginning of a text. False when none is there.</summary>
    public static bool TryTakeNumber(ref ReadOnlySpan<char> text, out double number)
    {
        int digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        number = 0;
        if (
            digits == 0
                || text[digits - 1] == '.'
                || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        text = text[digits..].TrimStart(' ');
        return true;
    }

    /// <summary>True when a text is a number without a unit.</summary>
    public static bool IsBare(ReadOnlySpan<char> text)
    {
        text = text.Trim(' ');
        return TryTakeNumber(ref text, out _) && text.IsEmpty;
    }

    /// <summary>A number as it was written, to be written again with a unit; another one when it is too long to be read.</summary>
    public static string Again(ReadOnlySpan<char> number)
    {
        const int Longest = 20;
        number = number.Trim(' ');
        return number.Length <= Longest ? number.ToString() : "10";
    }

    /// <summary>
    /// What a number without a unit may have been meant for: the usual units with which it can be taken, else the first other one, else
    /// null.
    /// </summary>
    /// <param name="bare">The number.</param>
    /// <param name="usual">Units that are suggested wherever they fit.</param>
    /// <param name="others">Units that are suggested where no usual one fits.</param>
    /// <param name="isTaken">True for a text that would be taken.</param>
    public static string? WithUnits(ReadOnlySpan<char> bare, string[] usual, string[] others, Func<string, bool> isTaken)
    {
        string number = Again(bare);
        List<string> fitting = [.. usual.Select(unit => number + unit).Where(isTaken)];
        return fitting.Count > 0 ? string.Join(" or ", fitting) : others.Select(unit => number + unit).FirstOrDefault(isTaken);
    }

    /// <summary>A text without the minus before it; false when there is none.</summary>
    public static bool TryTakeMinus(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        rest = text.Trim(' ');
        bool minus = rest.StartsWith('-');
        rest = minus ? rest[1..] : rest;
        return minus;
    }
}
