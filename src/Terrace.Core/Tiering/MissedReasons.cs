namespace Terrace.Core.Tiering;

/// <summary>What stood between a target and its share of fast memory in a round.</summary>
[Flags]
public enum MissedReasons
{
    /// <summary>Nothing: it has its share.</summary>
    None = 0,

    /// <summary>Every node that pages could go to is full.</summary>
    FullNodes = 1 << 0,

    /// <summary>Pages could not be moved: pinned, or busy at every attempt.</summary>
    Pinned = 1 << 1,

    /// <summary>Moves are held back or slower for <see cref="RoundReport.BackOff"/>.</summary>
    BackOff = 1 << 2,

    /// <summary>The rate limit lets no more move in a round.</summary>
    RateLimit = 1 << 3,

    /// <summary>Nodes that the process may not use, by its cpuset, have the room that it lacks.</summary>
    Isolated = 1 << 4,

    /// <summary>Page cache that is mapped or dirty, so that the kernel does not drop it for a page that moves in.</summary>
    PageCache = 1 << 5,

    /// <summary>Pools of huge pages, which hold a node's memory whether used or not.</summary>
    HugetlbPool = 1 << 6,

    /// <summary>Rounds or moves waited for processor time (<see cref="TieringOptions.CpuLimit"/>).</summary>
    CpuLimit = 1 << 7,

    /// <summary>It takes time: it is more than one round moves, or which pages should move is not known yet.</summary>
    MoreRounds = 1 << 8,

    /// <summary>What is lacking or too much is less than half a huge page, and there are no smaller ones.</summary>
    HugePages = 1 << 9,
}
