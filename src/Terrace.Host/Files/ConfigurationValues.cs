using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>Readers for the values of configuration files; each is a <see cref="TextReaderOf{T}"/>.</summary>
internal static class ConfigurationValues
{
    private const string Off = "off";

    public static bool Share(string text, out FastShare value, [NotNullWhen(false)] out Problem? problem) =>
        FastShare.TryParse(text, out value, out problem);

    public static bool AreaShare(string text, out FastShare value, [NotNullWhen(false)] out Problem? problem)
    {
        if (FastShare.TryParse(text, out value, out problem) && value.IsAuto)
        {
            problem = new Problem(
                "'auto' means nothing for an area: its pages go by their heat anyway",
                "write for example 30%, or leave the area out");
        }

        return problem is null;
    }

    public static bool Size(string text, out long value, [NotNullWhen(false)] out Problem? problem)
    {
        problem = ByteSize.TryParse(text, out value) ? null : new Problem($"'{text}' is not a size", "write for example 2GiB");
        return problem is null;
    }

    public static bool Rate(string text, out long value, [NotNullWhen(false)] out Problem? problem)
    {
        ReadOnlySpan<char> size = text.EndsWith("/s", StringComparison.Ordinal) ? text.AsSpan(0, text.Length - 2) : text;
        problem = !ByteSize.TryParse(size, out value) ? new Problem($"'{text}' is not a rate", "write for example 100MiB/s")
            : value < 4096 ? new Problem($"'{text}' is less than one page a second", "write at least 4KiB/s") : null;
        return problem is null;
    }

    public static bool Interval(string text, out (TimeSpan Min, TimeSpan Max) value, [NotNullWhen(false)] out Problem? problem)
    {
        value = default;
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        bool read = HumanDuration.TryParse(dots < 0 ? text : text.AsSpan(0, dots), out TimeSpan min);
        read &= HumanDuration.TryParse(dots < 0 ? text : text.AsSpan(dots + 2), out TimeSpan max);
        problem = !read ? new Problem($"'{text}' is not a range of times", "write for example 10ms..1s")
            : min < TimeSpan.FromMilliseconds(1) ? new Problem($"'{text}' begins too early", "scans are at least 1ms apart")
            : max < min ? new Problem($"'{text}' ends before it begins", "write the shorter time first") : null;
        value = (min, max);
        return problem is null;
    }

    public static bool Time(string text, out TimeSpan value, [NotNullWhen(false)] out Problem? problem)
    {
        problem = HumanDuration.TryParse(text, out value) && value > TimeSpan.Zero ? null
            : new Problem($"'{text}' is not a time above 0", "write for example 1m");
        return problem is null;
    }

    public static bool TimeOrOff(string text, out TimeSpan value, [NotNullWhen(false)] out Problem? problem)
    {
        (value, problem) = (TimeSpan.MaxValue, null);
        if (text != Off && !Time(text, out value, out _))
        {
            problem = new Problem($"'{text}' is not a time above 0", "write for example 100ms, or off");
        }

        return problem is null;
    }

    public static bool ThresholdOrOff(string text, out double value, [NotNullWhen(false)] out Problem? problem)
    {
        (value, problem) = (double.PositiveInfinity, null);
        if (text != Off && (!TryFraction(text, out value) || value is not (> 0 and <= 1)))
        {
            problem = new Problem($"'{text}' is not a part of the time", "write for example 10%, or off");
        }

        return problem is null;
    }

    public static TextReaderOf<double> Fraction(double max) => (text, out value, out problem) =>
    {
        problem = !TryFraction(text, out value) ? new Problem($"'{text}' is not a percentage", "write for example 3%")
            : value < 0 || value > max ? new Problem(
                $"'{text}' is out of range",
                $"write 0% to {(max * 100).ToString("0.##", CultureInfo.InvariantCulture)}%")
            : null;
        return problem is null;
    };

    public static TextReaderOf<int> Number(int min, int max) => (text, out value, out problem) =>
    {
        problem = !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                ? new Problem($"'{text}' is not a whole number", $"write {min} to {max}")
            : value < min || value > max ? new Problem($"{value} is out of range", $"write {min} to {max}") : null;
        return problem is null;
    };

    public static bool YesOrNo(string text, out bool value, [NotNullWhen(false)] out Problem? problem)
    {
        value = text == "true";
        problem = text is "true" or "false" ? null : new Problem($"'{text}' is neither true nor false", "write one of them");
        return problem is null;
    }

    public static TextReaderOf<T> OneOf<T>(params (string Word, T Value)[] words) => (text, out value, out problem) =>
    {
        foreach ((string word, T meant) in words)
        {
            if (text == word)
            {
                value = meant;
                problem = null;
                return true;
            }
        }

        value = default!;
        problem = new Problem($"'{text}' is not known", $"write one of {string.Join(", ", words.Select(word => word.Word))}");
        return false;
    };

    public static bool AddressRange(string text, out (ulong Start, ulong End) value, [NotNullWhen(false)] out Problem? problem)
    {
        value = default;
        string[] ends = text.Split('-');
        bool read = ends.Length == 2;
        ulong start = 0;
        ulong end = 0;
        read = read && TryHex(ends[0], out start) && TryHex(ends[1], out end);
        problem = !read ? new Problem($"'{text}' is not a range of addresses", "write for example 0x7f0000000000-0x7f0040000000")
            : end <= start ? new Problem($"'{text}' ends before it begins", "write the lower address first") : null;
        value = (start, end);
        return problem is null;
    }

    public static bool LoopbackAddress(string text, out IPEndPoint? value, [NotNullWhen(false)] out Problem? problem)
    {
        // IPEndPoint would take a number alone for an IPv4 address.
        bool read = IPEndPoint.TryParse(text, out value) && value.Port > 0 && text.Contains(':', StringComparison.Ordinal);
        problem = !read ? new Problem($"'{text}' is not an address and a port", "write for example 127.0.0.1:9464")
            : !IPAddress.IsLoopback(value!.Address) ? new Problem(
                $"'{text}' could be reached from other hosts, and clients are not authenticated",
                $"write 127.0.0.1:{value.Port}, and let a collector or a proxy on this host pass metrics on")
            : null;
        return problem is null;
    }

    public static bool Collector(string text, out Uri? value, [NotNullWhen(false)] out Problem? problem)
    {
        bool read = Uri.TryCreate(text, UriKind.Absolute, out value) && value.Host.Length > 0;

        // Not with the address: the password would be in the log.
        problem = read && (value!.UserInfo.Length > 0 || value.Query.Length > 0)
            ? new Problem(
                "credentials do not belong in the address of a collector, which everybody can read",
                "put them into the environment as OTEL_EXPORTER_OTLP_HEADERS, and write for example http://127.0.0.1:4318")
            : !read || value!.Fragment.Length > 0 || (value.Scheme != Uri.UriSchemeHttp && value.Scheme != Uri.UriSchemeHttps)
                ? new Problem(
                    $"'{text}' is not the address of a collector",
                    "write for example http://127.0.0.1:4318 or https://collector.example.org:4318")
                : null;
        return problem is null;
    }

    /// <summary>Reads <c>10%</c> or <c>0.1</c>.</summary>
    public static bool TryFraction(string text, out double fraction)
    {
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        bool percent = digits.EndsWith("%");
        digits = percent ? digits[..^1].TrimEnd() : digits;
        bool read = double.TryParse(
            digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out fraction)
            && double.IsFinite(fraction);
        fraction = percent ? fraction / 100 : fraction;
        return read;
    }

    private static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(
            text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out value);
}
