namespace Terrace.Core.Migration;

/// <summary>Why a target's moves are slower than they may be, or held back, or its scans rarer.</summary>
[Flags]
public enum BackOffReasons
{
    /// <summary>Nothing is held back.</summary>
    None = 0,

    /// <summary>Tasks of the host wait for memory.</summary>
    HostMemory = 1,

    /// <summary>Tasks of the host wait for a CPU.</summary>
    HostCpu = 2,

    /// <summary>Tasks that share the target's limits wait for memory.</summary>
    TargetMemory = 4,

    /// <summary>Tasks that share the target's limits wait for a CPU.</summary>
    TargetCpu = 8,

    /// <summary>Too many of the target's pages were busy, or their node had no room.</summary>
    FailedMoves = 16,

    /// <summary>So little of fast memory is free that the kernel reclaims there.</summary>
    FastMemoryLow = 32,

    /// <summary>Each clear of the target's accessed bits takes longer than its page faults should wait: rounds are rarer.</summary>
    LongStalls = 64,
}
