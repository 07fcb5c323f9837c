using System.Diagnostics.CodeAnalysis;

namespace Terrace.Core.Units;

/// <summary>
/// Bytes per second as people write them: a size with <c>/s</c> after it, <c>256MiB/s</c>. Every rate is per second, so that the
/// <c>/s</c> may be left out; the unit of the size may not.
/// </summary>
public static class ByteRate
{
    /// <summary>The same grammar as a regular expression, for the schema.</summary>
    public const string Pattern = $"^ *{ByteSize.Body} *(/ *s *)?$";

    private static readonly string[] s_usual = ["MiB"];

    /// <summary>Reads a rate in a range. On failure <paramref name="problem"/> says what is wrong and how to fix it.</summary>
    public static bool TryParse(string text, long min, long max, out long bytesPerSecond, [NotNullWhen(false)] out Problem? problem)
    {
        ReadOnlySpan<char> size = SizeIn(text);
        bool read = ByteSize.TryParse(size, out bytesPerSecond, out double exact);
        bool negative = !read && Quantity.TryTakeMinus(size, out ReadOnlySpan<char> rest) && ByteSize.TryParse(rest, out _, out double _);
        problem = negative || (read && !(exact < long.MaxValue && bytesPerSecond >= min && bytesPerSecond <= max))
                ? new Problem($"'{text}' is out of range", ByteSize.RangeOf(min, max, "/s"))
            : read ? null
            : Quantity.IsBare(size) ? new Problem(
                $"'{text}' has no unit",
                ByteSize.WithUnits(size, min, max, s_usual, "/s") is { } units ? $"write {units}" : ByteSize.RangeOf(min, max, "/s"))
            : new Problem($"'{text}' is not a rate", "write for example 100MiB/s");
        return problem is null;
    }

    private static ReadOnlySpan<char> SizeIn(string text)
    {
        ReadOnlySpan<char> size = text.AsSpan().TrimEnd(' ');
        if (!size.EndsWith('s') || !size[..^1].TrimEnd(' ').EndsWith('/'))
        {
            return text;
        }

        return size[..^1].TrimEnd(' ')[..^1];
    }
}
