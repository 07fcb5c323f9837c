namespace Terrace.Host.Configuration;

/// <summary>Numbers and ranges of them, as <c>uid</c> and <c>gid</c> have them, taken together.</summary>
internal static class NumberRanges
{
    /// <summary>True when the first of two lists has every number of the second; ranges that meet count as one.</summary>
    public static bool Covers(IEnumerable<string> broad, IEnumerable<string> narrow)
    {
        List<(ulong First, ulong Last)> joined = [];
        foreach ((uint first, uint last) in broad.Select(Read).Order())
        {
            if (joined.Count > 0 && first <= joined[^1].Last + 1)
            {
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            }
            else
            {
                joined.Add((first, last));
            }
        }

        return narrow.Select(Read).All(one => joined.Exists(range => range.First <= one.First && one.Last <= range.Last));
    }

    // All of them were read when the file was.
    private static (uint First, uint Last) Read(string text) =>
        MatchKey.TryRange(text, out uint first, out uint last) ? (first, last) : (1, 0);
}
