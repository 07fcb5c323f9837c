using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>Readers for the values of configuration files; each is a <see cref="TextReaderOf{T}"/>.</summary>
internal static class ConfigurationValues
{
    private const string Off = "off";
    private const string IntervalExample = "10ms..1s";

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_shortestTime = TimeSpan.FromMicroseconds(1);
    private static readonly TextReaderOf<HugePagePolicy> s_hugePages =
        OneOf(("split", HugePagePolicy.Split), ("keep", HugePagePolicy.Keep));

    private static readonly PercentageRange s_threshold = new(ZeroAllowed: false);

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

    public static bool Size(string text, out long value, [NotNullWhen(false)] out Problem? problem) =>
        ByteSize.TryParse(text, 0, long.MaxValue, out value, out problem);

    public static TextReaderOf<long> SizeIn(long min, long max, string example) => (text, out value, out problem) =>
        ByteSize.TryParse(text, min, max, out value, out problem, example);

    public static bool Rate(string text, out long value, [NotNullWhen(false)] out Problem? problem) =>
        ByteRate.TryParse(text, Chunk.PageBytes, long.MaxValue, out value, out problem);

    public static bool Interval(string text, out (TimeSpan Min, TimeSpan Max) value, [NotNullWhen(false)] out Problem? problem)
    {
        value = default;
        if (text.Contains("...", StringComparison.Ordinal))
        {
            problem = new Problem($"'{text}' has more than two dots between the times", $"write for example {IntervalExample}");
            return false;
        }

        int dots = text.IndexOf("..", StringComparison.Ordinal);
        string first = dots < 0 ? text : text[..dots];
        string last = dots < 0 ? text : text[(dots + 2)..];

        // What lacks only its unit is suggested with such as fit to the other end.
        TimeSpan longest = HumanDuration.TryParse(last, out TimeSpan end) && !HumanDuration.TryParse(first, out _) && end >= s_shortest
            ? end : HumanDuration.Max;
        bool read = HumanDuration.TryParse(first, s_shortest, longest, out TimeSpan min, out problem, IntervalExample);
        string part = read ? last : first;
        TimeSpan shortest = read && !HumanDuration.TryParse(last, out _) ? min : s_shortest;
        HumanDuration.TryParse(last, shortest, HumanDuration.Max, out TimeSpan max, out Problem? second, IntervalExample);
        problem ??= second;
        if (problem is not null)
        {
            // The whole of what was written is what people look for.
            problem = problem with { What = problem.What.Replace($"'{part}'", $"'{text}'", StringComparison.Ordinal) };
        }

        if (problem is null && max < min)
        {
            problem = new Problem($"'{text}' ends before it begins", "write the shorter time first");
        }

        value = (min, max);
        return problem is null;
    }

    public static bool Time(string text, out TimeSpan value, [NotNullWhen(false)] out Problem? problem) =>
        TimeIn(s_shortestTime, HumanDuration.Max, "1m")(text, out value, out problem!);

    public static TextReaderOf<TimeSpan> TimeIn(TimeSpan min, TimeSpan max, string example) => (text, out value, out problem) =>
        HumanDuration.TryParse(text, min, max, out value, out problem, example);

    public static bool TimeOrOff(string text, out TimeSpan value, [NotNullWhen(false)] out Problem? problem)
    {
        (value, problem) = (TimeSpan.MaxValue, null);
        return text == Off || OrOff(TimeIn(s_shortestTime, HumanDuration.Max, "100ms")(text, out value, out problem), ref problem);
    }

    public static bool ThresholdOrOff(string text, out double value, [NotNullWhen(false)] out Problem? problem)
    {
        (value, problem) = (double.PositiveInfinity, null);
        return text == Off || OrOff(Percentage.TryParse(text, s_threshold, out value, out problem, "10%"), ref problem);
    }

    public static TextReaderOf<double> Fraction(PercentageRange range, string example = "3%") => (text, out value, out problem) =>
        Percentage.TryParse(text, range, out value, out problem, example);

    public static TextReaderOf<int> Number(int min, int max) => (text, out value, out problem) =>
    {
        bool read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        problem = (read || IsWholeNumber(text)) && !(read && value >= min && value <= max)
                ? new Problem($"'{text}' is out of range", $"write {min} to {max}")
            : read ? null : new Problem($"'{text}' is not a whole number", $"write {min} to {max}");
        return problem is null;
    };

    /// <summary>The version of a file's format, of which there is one so far.</summary>
    public static TextReaderOf<int> FormatVersion(int known) => (text, out value, out problem) =>
    {
        bool read = Number(known, known)(text, out value, out problem);
        problem = read
            ? null
            : new Problem($"'{text}' is no version of this format", $"write {known}, the only one so far, or leave it out");
        return read;
    };

    public static bool YesOrNo(string text, out bool value, [NotNullWhen(false)] out Problem? problem)
    {
        // As YAML has them (section 10.3.2 of YAML 1.2.2).
        value = text is "true" or "True" or "TRUE";
        problem = value || text is "false" or "False" or "FALSE"
            ? null
            : new Problem($"'{text}' is neither true nor false", "write one of them");
        return problem is null;
    }

    public static bool HugePages(string text, out HugePagePolicy value, [NotNullWhen(false)] out Problem? problem) =>
        s_hugePages(text, out value, out problem);

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

    /// <summary>A loopback address with a port, or the path of a Unix socket.</summary>
    public static bool MetricsAddress(string text, out EndPoint? value, [NotNullWhen(false)] out Problem? problem)
    {
        if (text.StartsWith('/'))
        {
            // sun_path of unix(7), with the NUL at its end.
            bool fits = System.Text.Encoding.UTF8.GetByteCount(text) < 108;
            problem = !fits || text.EndsWith('/') || text.Contains('\0', StringComparison.Ordinal)
                ? new Problem($"'{Printable.Of(text)}' cannot be the path of a socket", "write for example /run/terrace/metrics.sock")
                : null;
            value = problem is null ? new UnixDomainSocketEndPoint(text) : null;
            return problem is null;
        }

        bool read = LoopbackAddress(text, out IPEndPoint? address, out problem);
        value = address;
        return read;
    }

    /// <summary>Tiers as lists of nodes: <c>0-1/2</c>.</summary>
    public static bool Tiers(string text, out TierChoice? value, [NotNullWhen(false)] out Problem? problem) =>
        TierChoice.TryParse(text, out value, out problem);

    /// <summary>The name of a group, as /etc/group has it.</summary>
    public static bool GroupName(string text, out string? value, [NotNullWhen(false)] out Problem? problem)
    {
        bool read = text.Length > 0 && !text.Any(letter => letter is ':' or ',' || char.IsWhiteSpace(letter) || char.IsControl(letter));
        value = read ? text : null;
        problem = read ? null : new Problem($"'{Printable.Of(text)}' is not the name of a group", "write for example prometheus");
        return read;
    }

    public static bool LoopbackAddress(string text, out IPEndPoint? value, [NotNullWhen(false)] out Problem? problem)
    {
        // IPEndPoint would take a number alone for an IPv4 address.
        bool read = IPEndPoint.TryParse(text, out value) && value.Port > 0 && text.Contains(':', StringComparison.Ordinal);
        problem = !read && PortOf(text) is { } port
            ? new Problem($"'{text}' has the port {port}, which is out of range", "write 1 to 65535")
            : !read ? new Problem($"'{text}' is not an address and a port", "write for example 127.0.0.1:9464")
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

    // The port of what is otherwise an address and a port; null when that is not what is wrong.
    private static string? PortOf(string text)
    {
        int colon = text.LastIndexOf(':');
        bool isAddress = colon > 0 && IPEndPoint.TryParse($"{text.AsSpan(0, colon)}:1", out IPEndPoint? address) && address.Port == 1;
        return isAddress && IsWholeNumber(text[(colon + 1)..]) ? text[(colon + 1)..] : null;
    }

    private static bool OrOff(bool read, ref Problem? problem)
    {
        problem = problem is null ? null : problem with { Fix = $"{problem.Fix}, or off" };
        return read;
    }

    private static bool IsWholeNumber(string text)
    {
        ReadOnlySpan<char> digits = text.StartsWith('-') || text.StartsWith('+') ? text.AsSpan(1) : text;
        return !digits.IsEmpty && digits.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(
            text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out value);
}
