using Terrace.Core.Tiering;
using Terrace.Core.Units;

namespace Terrace.Host.Metrics;

/// <summary>How one group is right now: sums over its processes as of each one's last round.</summary>
internal sealed record GroupFigures
{
    public required GroupLabels Labels { get; init; }

    /// <summary>The share that holds for it.</summary>
    public FastShare Asked { get; init; } = FastShare.Auto;

    public bool IsPaused { get; init; }

    public int Processes { get; init; }

    /// <summary>Pages in each tier, from the fastest down.</summary>
    public IReadOnlyList<long> TierPages { get; init; } = [];

    public long BudgetPages { get; init; }

    /// <summary>Further pages that cannot be moved.</summary>
    public long ImmovablePages { get; init; }

    /// <summary>Huge pages that it has, that are kept split, and that are split to be watched.</summary>
    public (long Whole, long Split, long Watched) HugePages { get; init; }

    /// <summary>How many of its processes miss their shares, by what stands in their way.</summary>
    public IReadOnlyDictionary<MissedReasons, int> Missed { get; init; } = new Dictionary<MissedReasons, int>();

    public long HotPages { get; init; }

    public long ColdPages { get; init; }

    /// <summary>Share of accesses that the fast tier is estimated to serve; null before the first round.</summary>
    public double? HitRatio { get; init; }

    /// <summary>The longest of its processes'.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>The longest of its processes'.</summary>
    public TimeSpan Rest { get; init; }

    /// <summary>The longest since each of its processes came.</summary>
    public TimeSpan LongestStall { get; init; }

    public long Pages => TierPages.Sum();

    /// <summary>Two groups as one: sums, the longer times, and what both agree in.</summary>
    public GroupFigures With(GroupFigures other) => this with
    {
        Asked = Asked == other.Asked ? Asked : FastShare.Auto,
        IsPaused = IsPaused && other.IsPaused,
        Processes = Processes + other.Processes,
        TierPages =
        [
            .. Enumerable.Range(0, Math.Max(TierPages.Count, other.TierPages.Count))
                .Select(tier => TierPages.ElementAtOrDefault(tier) + other.TierPages.ElementAtOrDefault(tier)),
        ],
        BudgetPages = BudgetPages + other.BudgetPages,
        ImmovablePages = ImmovablePages + other.ImmovablePages,
        HugePages = (
            HugePages.Whole + other.HugePages.Whole, HugePages.Split + other.HugePages.Split, HugePages.Watched + other.HugePages.Watched),
        Missed = Missed.Concat(other.Missed).GroupBy(one => one.Key).ToDictionary(one => one.Key, one => one.Sum(each => each.Value)),
        HotPages = HotPages + other.HotPages,
        ColdPages = ColdPages + other.ColdPages,
        HitRatio = HitRatioWith(other),
        Interval = Interval > other.Interval ? Interval : other.Interval,
        Rest = Rest > other.Rest ? Rest : other.Rest,
        LongestStall = LongestStall > other.LongestStall ? LongestStall : other.LongestStall,
    };

    /// <summary>Part of its pages that lies in the fastest tier; null while none is known.</summary>
    public double? HeldShare => Pages > 0 ? (double)TierPages[0] / Pages : null;

    // Pages that are not cold are those that accesses go to.
    private double? HitRatioWith(GroupFigures other)
    {
        (long own, long its) = (Math.Max(0, Pages - ColdPages), Math.Max(0, other.Pages - other.ColdPages));
        return HitRatio is { } mine && other.HitRatio is { } theirs && own + its > 0
            ? ((mine * own) + (theirs * its)) / (own + its)
            : HitRatio ?? other.HitRatio;
    }

    /// <summary>Part of its pages that was asked for; null when that is left to Terrace, or a size of unknown pages.</summary>
    public double? AskedShare => Asked.Fraction ?? (Pages > 0 && Asked.PagesOf(Pages) is { } pages ? (double)pages / Pages : null);
}
