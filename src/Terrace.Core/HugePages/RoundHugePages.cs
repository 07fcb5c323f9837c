namespace Terrace.Core.HugePages;

/// <summary>A target's huge pages at the end of a round, and what the round did to them.</summary>
public readonly record struct RoundHugePages
{
    /// <summary>Huge pages that it has.</summary>
    public int Whole { get; init; }

    /// <summary>Those that were split and are kept so: some of their pages are hot, and the others are not.</summary>
    public int Split { get; init; }

    /// <summary>Those that were split and are being watched: it is not known yet whether that pays.</summary>
    public int Watched { get; init; }

    /// <summary>Split in this round.</summary>
    public int NowSplit { get; init; }

    /// <summary>Put together again in this round, because they are evenly hot, or not in use.</summary>
    public int NowJoined { get; init; }

    /// <summary>Those that had been split, and that the kernel or the program has put together since the last round.</summary>
    public int JoinedByOthers { get; init; }

    /// <summary>Those that the kernel did not split, or put together, though it was asked to.</summary>
    public int Refused { get; init; }

    /// <summary>
    /// Part of the base pages (0 to 1) that gets nine tenths of the accesses, on average of the huge pages watched last; null before any
    /// were.
    /// </summary>
    public double? Use { get; init; }

    /// <summary>Time that splitting, putting together and ranking took.</summary>
    public TimeSpan Time { get; init; }
}
