using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>
/// Durations as people write them: <c>100ms</c>, <c>45s</c>, <c>1.5m</c>, <c>1h30m</c>. A unit is required, except for 0, and units are
/// lower case.
/// </summary>
public static class HumanDuration
{
    /// <summary>The same grammar as a regular expression, for the schema.</summary>
    public const string Pattern = $"^ *(0+(\\.0+)? *|{Body})$";

    internal const string Body =
        $"(?=[0-9]|\\.[0-9])({N} *d *)?({N} *h *)?({N} *m(in)? *)?({N} *s *)?({N} *ms *)?({N} *[uµμ]s *)?";

    private const string N = Quantity.NumberPattern;

    /// <summary>The longest that is read.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(1000);

    private static readonly string[] s_usual = ["ms", "s"];
    private static readonly string[] s_rare = ["m", "us", "h", "d"];

    private static readonly (string Unit, double Seconds)[] s_units =
    [
        ("d", 86400), ("h", 3600), ("m", 60), ("min", 60), ("s", 1), ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6),
    ];

    // What people write instead, by the unit that is meant.
    private static readonly (string Unit, string[] Words)[] s_others =
    [
        ("d", ["D", "day", "days"]),
        ("h", ["H", "hr", "hrs", "hour", "hours"]),
        ("m", ["M", "mins", "minute", "minutes"]),
        ("s", ["S", "sec", "secs", "second", "seconds"]),
        ("ms", ["MS", "msec", "msecs", "milliseconds"]),
        ("us", ["US", "usec", "usecs", "microseconds"]),
    ];

    /// <summary>Reads a duration of 0 or more, up to 1000 days, to a tick (100 ns). False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration) =>
        TryParse(text, out duration, out double seconds) && IsShort(seconds);

    /// <summary>Reads a duration in a range. On failure <paramref name="problem"/> says what is wrong and how to fix it.</summary>
    public static bool TryParse(
        string text, TimeSpan min, TimeSpan max, out TimeSpan duration, [NotNullWhen(false)] out Problem? problem, string example = "1m")
    {
        bool read = TryParse(text, out duration, out double seconds);
        bool negative = !read && Quantity.TryTakeMinus(text, out ReadOnlySpan<char> rest) && TryParse(rest, out _, out double _);
        max = max > Max ? Max : max;
        problem = negative || (read && !(IsShort(seconds) && duration >= min && duration <= max))
                ? new Problem($"'{text}' is out of range", RangeOf(min, max))
            : read ? null : WhatIsWrong(text, min, max, example);
        return problem is null;
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

    /// <summary>Writes a duration exactly, in the largest unit of which it is a whole number: <c>90s</c>, <c>1000d</c>.</summary>
    public static string Exactly(TimeSpan duration)
    {
        foreach ((string unit, double seconds) in s_units)
        {
            long ticks = (long)(seconds * TimeSpan.TicksPerSecond);
            if (duration.Ticks != 0 && duration.Ticks % ticks == 0)
            {
                return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return duration.TotalMicroseconds.ToString("0.#", CultureInfo.InvariantCulture) + (duration.Ticks == 0 ? "s" : "us");
    }

    private static bool IsShort(double seconds) => seconds <= Max.TotalSeconds;

    private static Problem WhatIsWrong(string text, TimeSpan min, TimeSpan max, string example)
    {
        ReadOnlySpan<char> unit = text.AsSpan().Trim(' ');
        if (!Quantity.TryTakeNumber(ref unit, out _))
        {
            return new Problem($"'{text}' is not a duration", $"write for example {example}");
        }

        string number = Quantity.Again(text.AsSpan().Trim(' ')[..^unit.Length]);
        if (unit.IsEmpty)
        {
            string? units = Quantity.WithUnits(number, s_usual, s_rare, IsTaken);
            return new Problem($"'{text}' has no unit", units is not null ? $"write {units}" : RangeOf(min, max));
        }

        string word = unit.ToString();
        return s_others.FirstOrDefault(other => other.Words.Contains(word, StringComparer.Ordinal)).Unit is { } meant
            ? new Problem(
                $"'{text}' has the unit '{word}', which is not one",
                IsTaken(number + meant) ? $"write {number}{meant}" : RangeOf(min, max))
            : new Problem($"'{text}' is not a duration", $"write for example {example} (units are us, ms, s, m, h and d)");

        bool IsTaken(string time) => TryParse(time, out TimeSpan duration) && duration >= min && duration <= max;
    }

    private static string RangeOf(TimeSpan min, TimeSpan max) => $"write {Exactly(min)} to {Exactly(max)}";

    // The sum of its parts, each of a smaller unit than the one before. It may be too long for the duration.
    private static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration, out double total)
    {
        duration = TimeSpan.Zero;
        total = 0;
        text = text.Trim(' ');
        double before = double.PositiveInfinity;
        do
        {
            if (!Quantity.TryTakeNumber(ref text, out double value))
            {
                return false;
            }

            int letters = 0;
            while (letters < text.Length && char.IsLetter(text[letters]))
            {
                letters++;
            }

            if (letters == 0 && text.IsEmpty && value == 0 && double.IsInfinity(before))
            {
                return true;
            }

            double seconds = SecondsOf(text[..letters]);
            if (!(seconds < before))
            {
                return false;
            }

            before = seconds;
            total += value * seconds;
            text = text[letters..].TrimStart(' ');
        }
        while (!text.IsEmpty);

        duration = IsShort(total) ? TimeSpan.FromTicks((long)Math.Round(total * TimeSpan.TicksPerSecond)) : Max;
        return true;
    }

    private static double SecondsOf(ReadOnlySpan<char> unit)
    {
        foreach ((string name, double seconds) in s_units)
        {
            if (unit.SequenceEqual(name))
            {
                return seconds;
            }
        }

        return double.NaN;
    }

    private static string Digits(double value) =>
        value.ToString(value >= 99.95 ? "0" : value >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
