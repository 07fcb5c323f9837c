using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>
/// Byte sizes as people write them. Units are binary: <c>2G</c>, <c>2Gi</c>, <c>2GiB</c> and <c>2GB</c> all mean 2 × 1024³ bytes,
/// as in other memory tools (numactl, damo), in upper or lower case. A unit is required, except for 0.
/// </summary>
public static class ByteSize
{
    /// <summary>The same grammar as a regular expression, for the schema.</summary>
    public const string Pattern = $"^ *({Body}|0+(\\.0+)?) *$";

    internal const string Body = Quantity.NumberPattern + " *([KkMmGgTtPpEe]([Ii]?[Bb]?)|[Bb])";

    private const string Prefixes = "KMGTPE";

    private static readonly string[] s_usual = ["MiB", "GiB"];
    private static readonly string[] s_others = ["KiB", "GiB", "TiB", "B"];

    /// <summary>
    /// Reads <c>512B</c>, <c>64K</c>, <c>1.5GiB</c>, … False for anything else, negative numbers and sizes of 8 EiB and over.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes) =>
        TryParse(text, out bytes, out double exact) && exact < long.MaxValue;

    /// <summary>Reads a size in a range. On failure <paramref name="problem"/> says what is wrong and how to fix it.</summary>
    public static bool TryParse(
        string text, long min, long max, out long bytes, [NotNullWhen(false)] out Problem? problem, string example = "2GiB")
    {
        bool read = TryParse(text, out bytes, out double exact);
        bool negative = !read && Quantity.TryTakeMinus(text, out ReadOnlySpan<char> rest) && TryParse(rest, out _, out double _);
        problem = negative || (read && !(exact < long.MaxValue && bytes >= min && bytes <= max))
                ? new Problem($"'{text}' is out of range", RangeOf(min, max))
            : read ? null
            : Quantity.IsBare(text) ? new Problem(
                $"'{text}' has no unit", WithUnits(text, min, max) is { } units ? $"write {units}" : RangeOf(min, max))
            : new Problem($"'{text}' is not a size", $"write for example {example}");
        return problem is null;
    }

    /// <summary>Writes a size with three significant digits: <c>1.37 GiB</c>, <c>512 KiB</c>, <c>17 B</c>.</summary>
    public static string Format(long bytes)
    {
        if (bytes < 0)
        {
            return "-" + Format(bytes == long.MinValue ? long.MaxValue : -bytes);
        }

        double value = bytes;
        int power = 0;
        while (value >= 1023.5 && power < Prefixes.Length)
        {
            value /= 1024;
            power++;
        }

        string unit = UnitOf(power);
        string format = power == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.#" : "0.##";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>Writes a size exactly, in the largest unit of which it is a whole number: <c>64MiB</c>, <c>1028KiB</c>.</summary>
    public static string Exactly(long bytes)
    {
        int power = 0;
        while (bytes != 0 && bytes % 1024 == 0 && power < Prefixes.Length)
        {
            bytes /= 1024;
            power++;
        }

        return bytes.ToString(CultureInfo.InvariantCulture) + UnitOf(power);
    }

    /// <summary>A number with units that give a size in a range; null when none does.</summary>
    internal static string? WithUnits(ReadOnlySpan<char> bare, long min, long max, string[]? usual = null, string per = "") =>
        Quantity.WithUnits(
            bare,
            usual ?? s_usual,
            s_others,
            size => TryParse(size, out long bytes, out double exact) && exact < long.MaxValue && bytes >= min && bytes <= max) is { } found
            ? found + per : null;

    internal static string RangeOf(long min, long max, string per = "") =>
        max == long.MaxValue ? $"write {Exactly(min)}{per} or more, and less than 8EiB{per}"
            : $"write {Exactly(min)}{per} to {Exactly(max)}{per}";

    // The size as it is, which may be too large for bytes.
    internal static bool TryParse(ReadOnlySpan<char> text, out long bytes, out double exact)
    {
        bytes = 0;
        exact = 0;
        ReadOnlySpan<char> unit = text.Trim(' ');
        if (!Quantity.TryTakeNumber(ref unit, out double value) || !TryParseUnit(unit, out int power) || (unit.IsEmpty && value != 0))
        {
            return false;
        }

        exact = Math.Round(value * Math.Pow(1024, power));
        bytes = exact < long.MaxValue ? (long)exact : long.MaxValue;
        return true;
    }

    private static string UnitOf(int power) => power == 0 ? "B" : Prefixes[power - 1] + "iB";

    private static bool TryParseUnit(ReadOnlySpan<char> unit, out int power)
    {
        power = 0;
        if (unit.IsEmpty || unit is "B" or "b")
        {
            return true;
        }

        power = char.IsAscii(unit[0]) ? Prefixes.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1 : 0;
        return power > 0 && unit[1..] is "" or "B" or "b" or "i" or "I" or "iB" or "IB" or "ib" or "Ib";
    }
}
