using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Terrace.Core.Units;

/// <summary>
/// How much fast memory a target is entitled to: a fraction of its own pages, a size, or (<see cref="Auto"/>) as much as the
/// fast tier can spare.
/// </summary>
public sealed record FastShare
{
    /// <summary>The same grammar as a regular expression, for the schema.</summary>
    public const string Pattern = $"^ *([Aa][Uu][Tt][Oo]|{Percentage.Body}|{ByteSize.Body}|0+(\\.0+)?) *$";

    private const string Range = "write more than 0%, up to 100%, or a size of 4KiB (one page) or more, and less than 8EiB";

    private static readonly PercentageRange s_shares = new(ZeroAllowed: false);
    private static readonly string[] s_usual = ["MiB"];

    private FastShare(double? fraction, long? bytes) => (Fraction, Bytes) = (fraction, bytes);

    /// <summary>As much as the fast tier can spare.</summary>
    public static FastShare Auto { get; } = new(null, null);

    /// <summary>The fraction of the target's pages, above 0 and up to 1; null when the share is a size or automatic.</summary>
    public double? Fraction { get; }

    /// <summary>The size in bytes; null when the share is a fraction or automatic.</summary>
    public long? Bytes { get; }

    /// <summary>True when neither a fraction nor a size was asked for.</summary>
    public bool IsAuto => Fraction is null && Bytes is null;

    /// <summary>A share of a fraction of the target's pages, above 0 and up to 1.</summary>
    public static FastShare OfPages(double fraction) =>
        fraction is > 0 and <= 1
            ? new(fraction, null)
            : throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "above 0 and up to 1");

    /// <summary>A share of a size in bytes, at least one page.</summary>
    public static FastShare OfBytes(long bytes) =>
        bytes >= Chunk.PageBytes ? new(null, bytes) : throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "at least one page");

    /// <summary>
    /// Reads <c>40%</c>, <c>2G</c> or <c>auto</c>. On failure <paramref name="problem"/> says what is wrong and how to fix it.
    /// </summary>
    public static bool TryParse(string? text, out FastShare share, [NotNullWhen(false)] out Problem? problem)
    {
        share = Auto;
        problem = null;
        text ??= "";
        ReadOnlySpan<char> said = text.AsSpan().Trim(' ');
        if (said.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (said.EndsWith('%'))
        {
            if (Percentage.TryParse(text, s_shares, out double fraction, out problem, "40%"))
            {
                share = OfPages(fraction);
            }

            return problem is null;
        }

        if (ByteSize.TryParse(text, Chunk.PageBytes, long.MaxValue, out long bytes, out problem))
        {
            share = OfBytes(bytes);
            return true;
        }

        bool size = ByteSize.TryParse(text, out _, out double _) || Quantity.TryTakeMinus(text, out _);
        problem = size ? new Problem(problem.What, Range)
            : Quantity.IsBare(text) ? new Problem(problem.What, FixOf(text))
            : new Problem($"'{text}' is neither a percentage nor a size", "write for example 40%, 2G or auto");
        return false;
    }

    private static string FixOf(string bare)
    {
        string? part = Percentage.WithSign(bare, s_shares);
        string? size = ByteSize.WithUnits(bare, Chunk.PageBytes, long.MaxValue, s_usual);
        return part is null && size is null ? Range
            : part is null || size is null ? $"write {part ?? size}"
            : $"write {part}, or {size}";
    }

    /// <summary>The share in pages for a target of <paramref name="pages"/> pages; null when automatic.</summary>
    public long? PagesOf(long pages) =>
        Fraction is { } fraction ? (long)Math.Round(fraction * pages)
            : Bytes is { } bytes ? Math.Min(bytes / Chunk.PageBytes, pages)
            : null;

    /// <inheritdoc/>
    public override string ToString() =>
        Fraction is { } fraction ? (fraction * 100).ToString("0.##########", CultureInfo.InvariantCulture) + "%"
        : Bytes is { } bytes ? ByteSize.Format(bytes) : "auto";
}
