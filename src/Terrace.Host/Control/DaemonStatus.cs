namespace Terrace.Host.Control;

/// <summary>How the daemon does.</summary>
internal sealed record DaemonStatus
{
    public required string Program { get; init; }

    public int Pid { get; init; }

    public double UptimeSeconds { get; init; }

    /// <summary>The configuration file in force.</summary>
    public required string Configuration { get; init; }

    /// <summary>Seconds since it was read.</summary>
    public double ConfigurationAgeSeconds { get; init; }

    /// <summary>Why the last attempt to read it again failed; null when it did not.</summary>
    public string? ReloadProblem { get; init; }

    public int Rules { get; init; }

    /// <summary>Rules that take processes but have none now; those that exclude are not counted.</summary>
    public int IdleRules { get; init; }

    public int Groups { get; init; }

    /// <summary>Groups that are paused by themselves, whether or not all management is.</summary>
    public int PausedGroups { get; init; }

    public int Processes { get; init; }

    /// <summary>Processes that rules take but that terrace run or manage has; they are left alone until that ends.</summary>
    public int ManagedElsewhere { get; init; }

    /// <summary>Processes that rules take and that are not managed, because the daemon may not have more files open.</summary>
    public int WaitingProcesses { get; init; }

    /// <summary>Processes that are not looked at, because a look at them, or at others of their users, does not come to an end.</summary>
    public int AsideProcesses { get; init; }

    /// <summary>The first of those that hang; for who may change something.</summary>
    public IReadOnlyList<AsideStatus> Aside { get; init; } = [];

    /// <summary>
    /// Processes that came or changed and wait for their users' turn to be looked at, because these have very many, or very long command
    /// lines.
    /// </summary>
    public int UnseenProcesses { get; init; }

    /// <summary>Files that the daemon may have open; two for each process.</summary>
    public int DescriptorLimit { get; init; }

    public bool Paused { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Capacity of the fast tier, bytes.</summary>
    public long FastBytes { get; init; }

    public long FastFreeBytes { get; init; }

    /// <summary>Fast memory that managed processes have, as of their last rounds.</summary>
    public long FastManagedBytes { get; init; }

    /// <summary>Page cache in fast memory. The kernel drops it when room is needed, so that it takes nothing from any share.</summary>
    public long FastCacheBytes { get; init; }

    /// <summary>Fast memory of processes that are not managed, and of managed ones what is left alone.</summary>
    public long FastOthersBytes { get; init; }

    /// <summary>Fast memory of the kernel itself, and of pools of huge pages.</summary>
    public long FastKernelBytes { get; init; }

    public long SlowBytes { get; init; }

    public long SlowFreeBytes { get; init; }

    /// <summary>Bytes that fixed shares keep out of fast memory although it has room for them.</summary>
    public long WithheldBytes { get; init; }

    public long PromotedBytes { get; init; }

    public long DemotedBytes { get; init; }

    public long TrackingBytes { get; init; }

    /// <summary>Memory of the daemon itself.</summary>
    public long RssBytes { get; init; }

    public double CpuSeconds { get; init; }

    /// <summary>Part of one CPU that it has taken since it started.</summary>
    public double CpuShare { get; init; }

    public double CpuLimit { get; init; }

    /// <summary>Part of one CPU that it has taken in the last minute; null in the first second.</summary>
    public double? CpuShareLastMinute { get; init; }

    /// <summary>Processor time that is saved up under the limit; below zero when more was spent. Null where there is no limit.</summary>
    public double? CpuCreditSeconds { get; init; }

    /// <summary>The most that can be saved up.</summary>
    public double CpuCreditMaxSeconds { get; init; }

    /// <summary>True when the kernel reports processes; false when the daemon looks for them.</summary>
    public bool ProcessEvents { get; init; }

    /// <summary>How often events were lost and made up for.</summary>
    public long EventOverruns { get; init; }

    /// <summary>The longest time from the start of a process's management to the end of its first round.</summary>
    public double LongestStartSeconds { get; init; }

    /// <summary>What the daemon does with the kernel's own tiering.</summary>
    public KernelStatus? Kernel { get; init; }
    /// <summary>
    /// Part of the last seconds in which some task of the host waited for memory, 0 to 1; null where the kernel does not tell.
    /// </summary>
    public double? MemoryPressure { get; init; }

    /// <summary>The same for a CPU.</summary>
    public double? CpuPressure { get; init; }

    /// <summary>False when the configuration says back-off: off.</summary>
    public bool BacksOff { get; init; }

    /// <summary>Processes whose moves are slower or held back for some pressure, or that are scanned more rarely.</summary>
    public int HeldBack { get; init; }

    /// <summary>Why, of all of them.</summary>
    public IReadOnlyList<string> BackOff { get; init; } = [];

    /// <summary>Processes that do not have their share of fast memory, and something stands in their way.</summary>
    public int MissingShare { get; init; }

    /// <summary>What, of all of them.</summary>
    public IReadOnlyList<string> MissedBecause { get; init; } = [];

    /// <summary>Nodes that were full for any of them.</summary>
    public IReadOnlyList<int> FullNodes { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
