namespace Terrace.Cli.Scan;

/// <summary>What <c>terrace scan</c> found.</summary>
internal sealed record ScanReport
{
    public int Pid { get; init; }

    public required string Name { get; init; }

    public required string Tracker { get; init; }

    public int Scans { get; init; }

    /// <summary>Mean time that a scan covered, milliseconds.</summary>
    public double IntervalMs { get; init; }

    /// <summary>Managed pages (4 KiB units).</summary>
    public long Pages { get; init; }

    public required IReadOnlyList<ScanTier> Tiers { get; init; }

    /// <summary>Pages by the number of scans that saw them accessed, from 0 to <see cref="Scans"/>.</summary>
    public required IReadOnlyList<ScanLevel> Histogram { get; init; }

    /// <summary>Whole mappings, those with the most hot pages first; none that no scan saw accessed.</summary>
    public required IReadOnlyList<ScanRange> Mappings { get; init; }

    /// <summary>Ranges within them, those with the most hot pages first; none that no scan saw accessed.</summary>
    public required IReadOnlyList<ScanRange> Hottest { get; init; }

    /// <summary>Of a QEMU process: its guest's memory, as far as it can be told.</summary>
    public IReadOnlyList<ScanGuestRange> GuestMemory { get; init; } = [];

    public double ReadMs { get; init; }

    public double ClearMs { get; init; }

    /// <summary>How the last scan cleared accessed bits.</summary>
    public string Clearer { get; init; } = "";

    /// <summary>Of one that clears in pieces, the longest piece.</summary>
    public double LongestClearMs { get; init; }

    /// <summary>How often the process's mappings were read: not before a scan since whose predecessor they cannot have changed.</summary>
    public long MappingReads { get; init; }

    public long TrackingBytes { get; init; }
}
