using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Cli.Layout;

/// <summary>Numbers of base pages as people write them: <c>64MiB</c>, <c>256 pages</c>, <c>0x100000</c> (bytes).</summary>
internal static class PageText
{
    private static readonly (string Unit, int Shift)[] s_units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out ulong pages, [NotNullWhen(false)] out Problem? problem)
    {
        pages = 0;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int word = trimmed.IndexOf("page", StringComparison.Ordinal);
        if (word > 0 && trimmed[word..] is "pages" or "page")
        {
            problem = ulong.TryParse(trimmed[..word].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out pages)
                && pages <= long.MaxValue / Chunk.PageBytes
                ? null
                : new Problem($"'{text}' is not a number of pages", "write for example 256 pages");
            return problem is null;
        }

        problem = null;
        bool read = trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(trimmed[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long bytes) && bytes >= 0
            : ByteSize.TryParse(text, 0, long.MaxValue, out bytes, out problem);
        if (!read && problem?.What.EndsWith("has no unit", StringComparison.Ordinal) == true)
        {
            string[] meant = [$"{trimmed}MiB", $"{trimmed} pages"];
            string[] taken = [.. meant.Where(one => TryParse(one, out _, out _))];
            problem = problem with
            {
                Fix = taken.Length > 0 ? $"write {string.Join(" or ", taken)}" : "write for example 64MiB or 256 pages",
            };
        }

        problem = !read ? problem is null || problem.What.EndsWith("is not a size", StringComparison.Ordinal)
                ? new Problem($"'{text}' is not a size", "write for example 64MiB, 256 pages or 0x4000000")
                : problem
            : bytes % Chunk.PageBytes != 0 ? new Problem(
                $"'{text}' is not a whole number of pages",
                $"write a multiple of 4KiB, such as {Format(Math.Max((ulong)bytes / Chunk.PageBytes, 1))}")
            : null;
        pages = (ulong)bytes / Chunk.PageBytes;
        return problem is null;
    }

    /// <summary>
    /// Writes it exactly, in the largest unit in which it is a whole number: <c>64MiB</c>, <c>1028KiB</c>; 0 as <c>0</c>.
    /// </summary>
    public static string Format(ulong pages)
    {
        if (pages == 0)
        {
            return "0";
        }

        UInt128 bytes = (UInt128)pages * Chunk.PageBytes;
        (string unit, int shift) = s_units.First(unit => bytes % ((UInt128)1 << unit.Shift) == 0);
        return (bytes >> shift).ToString(CultureInfo.InvariantCulture) + unit;
    }
}
