using Terrace.Core.Migration;

namespace Terrace.Reports.Events;

/// <summary>The names of reasons to hold moves back, as events and the control protocol write them and as people read them.</summary>
internal static class BackOffNames
{
    private static readonly (BackOffReasons Reason, string Name, string Words)[] _all =
    [
        (BackOffReasons.HostMemory, "hostMemory", "memory pressure of the host"),
        (BackOffReasons.HostCpu, "hostCpu", "CPU pressure of the host"),
        (BackOffReasons.TargetMemory, "targetMemory", "memory pressure of its control group"),
        (BackOffReasons.TargetCpu, "targetCpu", "CPU pressure of its control group"),
        (BackOffReasons.FailedMoves, "failedMoves", "moves that fail"),
        (BackOffReasons.FastMemoryLow, "fastMemoryLow", "fast memory nearly used up"),
        (BackOffReasons.LongStalls, "longStalls", "long stalls"),
    ];

    /// <summary>The names of the reasons, one entry for each combination that there can be, so that events make no garbage.</summary>
    private static readonly string[][] _names =
    [
        .. Enumerable.Range(0, 1 << _all.Length)
            .Select(reasons => _all.Where(one => (reasons & (int)one.Reason) != 0).Select(one => one.Name).ToArray()),
    ];

    /// <summary>The names of the reasons; none for none.</summary>
    public static IReadOnlyList<string> NamesOf(BackOffReasons reasons) => _names[(int)reasons];

    /// <summary>For people, from names; a name that is not known, of a later daemon, stands for itself.</summary>
    public static string Describe(IEnumerable<string> names) =>
        string.Join(", ", names.Select(name => Array.Find(_all, one => one.Name == name) is { Words: { } words } ? words : name));
}
