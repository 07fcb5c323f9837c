using Terrace.Core.Units;

namespace Terrace.Host.Configuration;

/// <summary>The one character that ends every text of the kernel, and so is in none of them.</summary>
internal static class NoText
{
    /// <summary>What is wrong with a pattern that has one; null when it has none.</summary>
    public static Problem? ProblemOf(string pattern) =>
        pattern.Contains('\0', StringComparison.Ordinal)
            ? new Problem(
                $"'{pattern.Replace("\0", "\\0", StringComparison.Ordinal)}' has the character NUL, which no text of the kernel has",
                "leave \\0 out")
            : null;
}
