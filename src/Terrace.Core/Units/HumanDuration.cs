using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>
/// Durations as people write them: <c>100ms</c>, <c>45s</c>, <c>1.5m</c>, <c>2h</c>. A bare number is seconds.
/// </summary>
public static class HumanDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("sec", 1), ("m", 60), ("min", 60), ("h", 3600), ("d", 86400), ("", 1),
    ];

    /// <summary>Reads a duration of 0 or more, up to 1000 days, to a tick (100 ns). False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        text = text.Trim();
        int digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        if (!double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
        {
            return false;
        }

        ReadOnlySpan<char> unit = text[digits..].Trim();
        foreach ((string name, double seconds) in Units)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                double total = value * seconds;
                if (!(total <= 1000.0 * 86400))
                {
                    return false;
                }

                duration = TimeSpan.FromTicks((long)Math.Round(total * TimeSpan.TicksPerSecond));
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a duration with three significant digits: <c>1.25 ms</c>, <c>45 s</c>, <c>12 min</c>, <c>3.5 h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
        {
            return "-" + Format(duration == TimeSpan.MinValue ? TimeSpan.MaxValue : -duration);
        }

        double seconds = duration.TotalSeconds;
        return seconds switch
        {
            0 => "0 s",
            < 0.9995e-3 => Digits(seconds * 1e6) + " µs",
            < 0.9995 => Digits(seconds * 1e3) + " ms",
            < 120 => Digits(seconds) + " s",
            < 7200 => Digits(seconds / 60) + " min",
            _ => Digits(seconds / 3600) + " h",
        };
    }

    private static string Digits(double value) =>
        value.ToString(value >= 99.95 ? "0" : value >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
