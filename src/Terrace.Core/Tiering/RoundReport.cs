using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// What one round of one target saw, decided and did. A round that is broken off has a report of its own and leaves nothing in that
/// of the next. Storage is reused from round to round: copy what must outlive the call.
/// </summary>
public sealed class RoundReport
{
    private long[] _histogram = [];

    /// <summary>The target's process.</summary>
    public int Pid { get; internal init; }

    /// <summary>Rounds of this target so far, this one included.</summary>
    public long Round { get; internal set; }

    /// <summary>When the round ended, from the start of management.</summary>
    public TimeSpan At { get; internal set; }

    /// <summary>Its pages, by tier and by heat.</summary>
    public RoundPages Pages { get; internal set; }

    /// <summary>When it looked.</summary>
    public RoundScans Scans { get; internal set; }

    /// <summary>What became of the pages that were to move.</summary>
    public MoveReport Moves { get; } = new();

    /// <summary>Pages that stayed where they were although they were hot enough, or chosen, to move.</summary>
    public HeldBackPages HeldBack { get; internal set; }

    /// <summary>By how much it misses its share of fast memory, and why.</summary>
    public MissedShare Missed { get; } = new();

    /// <summary>Pages whose heat was reported to the kernel's reclaim.</summary>
    public SharedPages Shared { get; internal set; }

    /// <summary>Its huge pages, and those that were split or put together.</summary>
    public RoundHugePages HugePages { get; internal set; }

    /// <summary>Time that it took.</summary>
    public RoundCost Cost { get; internal set; }

    /// <summary>Why moves were slower than they may be, or held back, or the rest is longer.</summary>
    public BackOffReasons BackOff { get; internal set; }

    /// <summary>Part of the usual rate at which it might move, 0 (promotions were held back) to 1, as of its last slice.</summary>
    public double MoveRate { get; internal set; } = 1;

    /// <summary>The areas that have shares of their own; their pages are counted above too.</summary>
    public IReadOnlyList<AreaReport> Areas => AreaReports;

    /// <summary>The same, to be filled.</summary>
    internal List<AreaReport> AreaReports { get; } = [];

    /// <summary>Pages in each place (see <see cref="PlaceMap"/>) by heat: entry <c>place × 32 + heat</c>.</summary>
    public ReadOnlySpan<long> Histogram => _histogram;

    internal void SetHistogram(HeatHistogram histogram) => histogram.CopyTo(ref _histogram);

    /// <summary>Makes it the report of a round of which nothing is known yet.</summary>
    internal void Clear()
    {
        (Round, At) = (0, TimeSpan.Zero);
        Pages = default;
        Scans = default;
        Moves.Clear();
        HeldBack = default;
        Missed.Clear();
        Shared = default;
        HugePages = default;
        Cost = default;
        (BackOff, MoveRate) = (BackOffReasons.None, 1);
        AreaReports.Clear();
        Array.Clear(_histogram);
    }
}
