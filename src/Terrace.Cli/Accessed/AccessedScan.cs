namespace Terrace.Cli.Accessed;

/// <summary>One scan, as <c>terrace accessed --json</c> sums it up.</summary>
internal sealed record AccessedScan
{
    public string Event { get; } = "scan";

    public int Pid { get; init; }

    /// <summary>Its number, from 1.</summary>
    public int Scan { get; init; }

    /// <summary>Time from the clear to the read, milliseconds.</summary>
    public double IntervalMs { get; init; }

    /// <summary>Pages (4 KiB units) that were accessed.</summary>
    public long AccessedPages { get; init; }

    /// <summary>Pages that were not.</summary>
    public long IdlePages { get; init; }

    /// <summary>Pages that are not there, or not managed, in 2 MiB that have others.</summary>
    public long HolePages { get; init; }

    /// <summary>Of the accessed and the idle ones, those of huge pages.</summary>
    public long HugePages { get; init; }

    public required string Tracker { get; init; }

    /// <summary>How accessed bits were cleared.</summary>
    public required string Clearer { get; init; }

    public double ReadMs { get; init; }

    public double ClearMs { get; init; }

    /// <summary>Of a clear in pieces, the longest piece.</summary>
    public double LongestClearMs { get; init; }
}
