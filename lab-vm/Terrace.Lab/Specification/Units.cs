using System.Globalization;

namespace Terrace.Lab.Specification;

/// <summary>Human sizes and times of the lab's command line: binary multiples, as the kernel and QEMU read them.</summary>
public static class Units
{
    /// <summary>Bytes in "512M", "1.5G", "1GiB", "2T". A bare number is refused: 1024 of what?</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.AsSpan().Trim();
        var letters = digits.IndexOfAnyExceptInRange('.', '9');
        if (letters <= 0)
        {
            return false;
        }

        var shift = digits[letters..].ToString().ToUpperInvariant() switch
        {
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => 0,
        };
        if (shift == 0 || !double.TryParse(digits[..letters], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var exact = count * Math.Pow(2, shift);
        if (exact is <= 0 or > 1L << 50)
        {
            return false;
        }

        bytes = (long)exact;
        return true;
    }

    /// <summary>A duration in "500ms", "90s", "2m", "1h"; a bare number is seconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.AsSpan().Trim();
        var letters = digits.IndexOfAnyExceptInRange('.', '9');
        var number = letters < 0 ? digits : digits[..letters];
        var seconds = (letters < 0 ? "s" : digits[letters..].ToString()) switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            _ => 0.0,
        };
        if (seconds == 0
            || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count <= 0 || count * seconds > TimeSpan.FromDays(7).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(count * seconds);
        return true;
    }

    /// <summary>"512M", "2G": the shortest exact form.</summary>
    public static string Bytes(long bytes) =>
        bytes % (1L << 30) == 0 ? $"{bytes >> 30}G" : bytes % (1L << 20) == 0 ? $"{bytes >> 20}M" : $"{bytes >> 10}K";
}
