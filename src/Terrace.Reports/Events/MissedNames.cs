using Terrace.Core.Tiering;

namespace Terrace.Reports.Events;

/// <summary>
/// The names of what stands between a target and its share, as events and the control protocol write them and as people read them.
/// </summary>
internal static class MissedNames
{
    private const string FullNodes = "fullNodes";

    private static readonly (MissedReasons Reason, string Name, string Words)[] _all =
    [
        (MissedReasons.FullNodes, FullNodes, "no room"),
        (MissedReasons.Pinned, "pinned", "pages that cannot be moved"),
        (MissedReasons.BackOff, "backOff", "moves are held back"),
        (MissedReasons.RateLimit, "rateLimit", "the rate limit"),
        (MissedReasons.Isolated, "isolated", "nodes that it may not use"),
        (MissedReasons.PageCache, "pageCache", "page cache in use"),
        (MissedReasons.HugetlbPool, "hugetlbPool", "pools of huge pages"),
        (MissedReasons.CpuLimit, "cpuLimit", "the CPU limit"),
        (MissedReasons.MoreRounds, "moreRounds", "more rounds are needed"),
        (MissedReasons.HugePages, "hugePages", "huge pages, which move as a whole"),
    ];

    /// <summary>All of them: the name, and the words for people.</summary>
    public static IEnumerable<(MissedReasons Reason, string Name, string Words)> All => _all;

    /// <summary>The names of the reasons, one entry for each combination that there can be, so that events make no garbage.</summary>
    private static readonly string[][] _names =
    [
        .. Enumerable.Range(0, 1 << _all.Length)
            .Select(reasons => _all.Where(one => (reasons & (int)one.Reason) != 0).Select(one => one.Name).ToArray()),
    ];

    /// <summary>The names of the reasons; none for none.</summary>
    public static IReadOnlyList<string> NamesOf(MissedReasons reasons) => _names[(int)reasons];

    /// <summary>
    /// For people, from names and the nodes that are full: <c>no room on nodes 2, 3; the rate limit</c>. A name that is not known, of a
    /// later daemon, stands for itself.
    /// </summary>
    public static string Describe(IEnumerable<string> names, IReadOnlyList<int> fullNodes) =>
        string.Join("; ", names.Select(name => name == FullNodes && fullNodes.Count > 0
            ? $"no room on {(fullNodes.Count == 1 ? "node" : "nodes")} {string.Join(", ", fullNodes)}"
            : Array.Find(_all, one => one.Name == name) is { Words: { } words } ? words : name));
}
