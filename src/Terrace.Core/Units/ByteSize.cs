using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>
/// Byte sizes as people write them. Units are binary: <c>2G</c>, <c>2GiB</c> and <c>2GB</c> all mean 2 × 1024³ bytes,
/// as in other memory tools (numactl, damo).
/// </summary>
public static class ByteSize
{
    private const string Prefixes = "KMGTPE";

    /// <summary>
    /// Reads <c>512</c>, <c>64K</c>, <c>1.5GiB</c>, … False for anything else, negative numbers and sizes of 8 EiB and over.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        int digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        if (!double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            || !TryParseUnit(text[digits..].Trim(), out int power))
        {
            return false;
        }

        double product = value * Math.Pow(1024, power);
        if (!(product < long.MaxValue))
        {
            return false;
        }

        bytes = (long)Math.Round(product);
        return true;
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

        string unit = power == 0 ? "B" : Prefixes[power - 1] + "iB";
        string format = power == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.#" : "0.##";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
    }

    private static bool TryParseUnit(ReadOnlySpan<char> unit, out int power)
    {
        power = 0;
        if (unit.IsEmpty || unit.Equals("B", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        power = Prefixes.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1;
        ReadOnlySpan<char> rest = unit[1..];
        return power > 0
            && (
                rest.IsEmpty
                    || rest.Equals("B", StringComparison.OrdinalIgnoreCase)
                    || rest.Equals("iB", StringComparison.OrdinalIgnoreCase));
    }
}
