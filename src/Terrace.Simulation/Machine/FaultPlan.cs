using Terrace.Core.Machine;
using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Machine;

/// <summary>
/// What goes wrong for one process. Everything is off at first and may be changed at any time of a run. Fractions are
/// chances from 0 to 1; those of pages that never change their mind (pinned, shared) are a property of the address.
/// </summary>
public sealed class FaultPlan
{
    private readonly HashSet<int> _fullNodes = [];

    /// <summary>Chance of each attempt to find its page busy; the next attempt may find it free.</summary>
    public double BusyFraction { get; set; }

    /// <summary>Fraction of pages that are pinned: busy at every attempt.</summary>
    public double PinnedFraction { get; set; }

    /// <summary>Fraction of pages that are shared with another process: denied at every attempt.</summary>
    public double DeniedFraction { get; set; }

    /// <summary>Chance of each attempt to find that the page was freed since it was seen; the page is then really unmapped.</summary>
    public double GoneFraction { get; set; }

    /// <summary>The process exits when the migrator has been given this many more addresses; null for never.</summary>
    public long? ExitAfterMoves { get; set; }

    /// <summary>The process exits when a read has reported this many more chunks; null for never.</summary>
    public long? ExitAfterChunksRead { get; set; }

    /// <summary>The process exits when it is cleared for the n-th time from now, counted from 1; null for never.</summary>
    public long? ExitAtClear { get; set; }

    /// <summary>When not 0, reads and clears fail with this error number.</summary>
    public int ScanErrno { get; set; }

    /// <summary>Huge pages that can still be split before the rest refuses; null for all.</summary>
    public int? Splits { get; set; }

    /// <summary>How many were to be split so far.</summary>
    public int SplitsTried { get; private set; }

    internal bool RefusesSplit()
    {
        SplitsTried++;
        if (Splits is { } left)
        {
            Splits = Math.Max(0, left - 1);
            return left <= 0;
        }

        return false;
    }

    /// <summary>Lets migrations to a node fail as if it were full, or no longer.</summary>
    public void SetFull(int node, bool full = true)
    {
        if (full)
        {
            _fullNodes.Add(node);
        }
        else
        {
            _fullNodes.Remove(node);
        }
    }

    internal bool IsFull(int node) => _fullNodes.Contains(node);

    /// <summary>How a move of a present page fails, or null when nothing stands in its way.</summary>
    internal MoveResult? FailureOf(ulong address, ref SeededRandom random)
    {
        if (PinnedFraction > 0 && Fraction(address, 1) < PinnedFraction)
        {
            return MoveResult.Busy;
        }

        if (DeniedFraction > 0 && Fraction(address, 2) < DeniedFraction)
        {
            return MoveResult.Denied;
        }

        if (GoneFraction > 0 && random.NextUnit() < GoneFraction)
        {
            return MoveResult.Gone;
        }

        return BusyFraction > 0 && random.NextUnit() < BusyFraction ? MoveResult.Busy : null;
    }

    private static double Fraction(ulong address, ulong kind) => (SeededRandom.Derive(address, kind) >> 11) * (1.0 / (1UL << 53));
}
