using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>All that the loop keeps for one process between steps.</summary>
internal sealed class TieringTarget(IManagedProcess process, TieringGroup group, TieringOptions options, long now) : IDisposable
{
    /// <summary>The first rounds tell little, and do not count once there are more.</summary>
    private const int RoughRounds = 2;

    /// <summary>Time after which a round weighs 1/e of what it did, where rates are averaged.</summary>
    private static readonly TimeSpan s_ratesLast = TimeSpan.FromSeconds(15);

    private readonly HeatHistogram _histogram = new();
    private List<TargetPart>? _parts;
    private long _ratesAt;

    public IManagedProcess Process { get; } = process;

    /// <summary>Whose claim on fast memory it is part of.</summary>
    public TieringGroup Group { get; private set; } = group;

    /// <summary>Its group's options, or the loop's own.</summary>
    public TieringOptions Options { get; private set; } = Effective(group, options);

    /// <summary>The lower of the loop's rate limit and its group's.</summary>
    public long RateLimitBytesPerSecond { get; private set; } = Math.Min(
        options.RateLimitBytesPerSecond, (group.Options ?? options).RateLimitBytesPerSecond);

    public HeatMap Heat { get; } = new() { Looks = LooksOf(Effective(group, options)) };

    /// <summary>Timestamp from which a sample of its pages may be looked at, while cold chunks are looked at more often.</summary>
    public long SampleDueAt { get; set; }

    /// <summary>All its pages by place and heat.</summary>
    public HeatHistogram Histogram => _histogram;

    /// <summary>The machine's places as they were at the last scan.</summary>
    public PlaceMap? ScannedPlaces { get; set; }

    /// <summary>What is placed by itself: first the pages of no area, then each area's.</summary>
    public List<TargetPart> Parts => _parts ??= [new TargetPart(0, _histogram)];

    /// <summary>True once it has had a part in a division of fast memory.</summary>
    public bool IsInDivision { get; set; }

    /// <summary>Chunks that rested and were accessed, as looks between rounds saw since the last round.</summary>
    public int Woken { get; set; }

    /// <summary>Timestamp from which these may call for a round.</summary>
    public long CalledFrom { get; set; }

    public HeatForecast Forecast { get; } = new();

    /// <summary>How often pages are accessed that every scan sees accessed.</summary>
    public HotRates HotRates { get; } = new();

    /// <summary>Share of accesses that fast memory serves, by scans alone, as of this round.</summary>
    public double HitRatioByScans { get; set; }

    /// <summary>Timestamp of the last sample of them; null before the first.</summary>
    public long? SampledAt { get; set; }

    public ScanCadence Cadence { get; private set; } = new((group.Options ?? options).Cadence);

    public MoveEconomics Economics { get; private set; } = new((group.Options ?? options).Horizon);

    public MovePlan Plan { get; } = new();

    /// <summary>The report of the round that is under way, or in a rest of the next one.</summary>
    public RoundReport Report { get; } = new() { Pid = process.Pid };

    /// <summary>What is remembered of the last round that was reported.</summary>
    public LastRound Last { get; set; }

    /// <summary>Pages that the last plan was to move, whether it was carried out or not.</summary>
    public long PlannedPages { get; set; }

    /// <summary>How large that plan could be.</summary>
    public PlanVolume PlanVolume { get; set; }

    /// <summary>The last step found the process asleep, and did nothing.</summary>
    public bool OnlyRested { get; set; }

    /// <summary>A round has begun and has not been reported.</summary>
    public bool IsInRound { get; set; }

    /// <summary>It keeps what it has until others that came with it are known.</summary>
    public bool KeepsWhileNew { get; set; }

    /// <summary>For how many rounds others have had what divisions give it, and are to give it back.</summary>
    public int WaitsForOthers { get; set; }

    public TargetPhase Phase { get; set; } = TargetPhase.StartRound;

    /// <summary>A clear of its accessed bits continues; the phase comes after it.</summary>
    public bool IsClearing { get; set; }

    /// <summary>Timestamp since which something that it needs continues or waits; null when nothing does.</summary>
    public long? UnreadySince { get; set; }

    /// <summary>Timestamp at which the next step is due.</summary>
    public long DueAt { get; set; } = now;

    /// <summary>Timestamp at which the clear that continues was begun.</summary>
    public long ClearBegunAt { get; set; }

    /// <summary>Timestamp of the last clear, from which the interval that a read covers is measured.</summary>
    public long ClearedAt { get; set; }

    /// <summary>Sum of the intervals that this round's reads really covered.</summary>
    public TimeSpan CoveredTime { get; set; }

    /// <summary>Cost of the last read; with the clear that follows it is a scan's.</summary>
    public TimeSpan LastRead { get; set; }

    /// <summary>The cheapest scan of this round: what a scan costs when nothing else gets in its way.</summary>
    public TimeSpan CheapestScan { get; set; }

    /// <summary>The same; 0 when no scan of it took any time.</summary>
    public TimeSpan ScanCost => CheapestScan < TimeSpan.MaxValue ? CheapestScan : TimeSpan.Zero;

    /// <summary>The longest clear of this round that was made in pieces; 0 for none.</summary>
    public TimeSpan LongestInPieces { get; set; }

    /// <summary>The shortest clear of this round: how long clearing makes the process wait when nothing else gets in its way.</summary>
    public TimeSpan ShortestClear { get; set; }

    /// <summary>Pages that the last scan reported otherwise than it saw them.</summary>
    public TreatedPages Treated { get; set; }

    /// <summary>What holds its moves back.</summary>
    public TargetRestraint Restraint { get; } = new();

    /// <summary>True once the process has replaced its program: what a new process is spared holds for its first program only.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>Counts what each scan sees, in addition to the heat map.</summary>
    public TouchCounter Touches { get; } = new();

    /// <summary>What scans and looks of this round and the rest after it saw of slow memory.</summary>
    public UsualTouches Usual { get; } = new();

    /// <summary>Whether it has done anything since its last round.</summary>
    public IdleWatch Idle { get; } = new();

    /// <summary>A sample of its pages cannot be looked at: looks are at all of them.</summary>
    public bool LooksAtAll { get; set; }

    /// <summary>Timestamp at which the rest after the last round ends.</summary>
    public long RestsUntil { get; set; }

    /// <summary>How far telling the kernel of its heat has come.</summary>
    public SharingProgress Sharing { get; } = new();

    /// <summary>Pays for the processor time that it takes.</summary>
    public required CpuAccount Account { get; set; }

    /// <summary>Its huge pages of which a part only is hot.</summary>
    public SkewedPages HugePages { get; } = new();

    /// <summary>Which of its huge pages are hotter than others that every scan sees accessed, too.</summary>
    public HugeRanking Ranking { get; } = new();

    /// <summary>
    /// Accesses a second to a huge page in some places that every scan sees accessed: by how much those that were watched page by page
    /// get, and how the quick looks of a ranking differ. Null where neither is known.
    /// </summary>
    public double? HugePerSecond(int places, int all)
    {
        double? ranked = Ranking.PerSecondIn(Heat, places);
        double? every = Ranking.PerSecondIn(Heat, all);
        return HugePages.PerSecond is { } watched ? (ranked is { } some && every is > 0 ? watched * some / every : watched) : ranked;
    }

    /// <summary>Timestamp at which the clear of a batch of huge pages began; null while none waits to be looked at.</summary>
    public long? BatchClearedAt { get; set; }

    public RoundCount Count { get; set; }

    public long Rounds { get; set; }

    /// <summary>Counts each part's pages, after a round; there is a part for each area then.</summary>
    public void CountParts()
    {
        IReadOnlyList<FastArea> areas = Process.Areas;
        if (Parts.Count > areas.Count + 1)
        {
            Parts.RemoveRange(areas.Count + 1, Parts.Count - areas.Count - 1);
        }

        for (int i = 0; i < areas.Count; i++)
        {
            if (Parts.Count == i + 1)
            {
                Parts.Add(new TargetPart(i + 1));
            }

            Parts[i + 1].Area = areas[i];
        }

        if (Parts.Count == 1)
        {
            Parts[0].BeAll(Histogram);
            return;
        }

        Parts[0].BeOneOf(Histogram);
        foreach (TargetPart part in Parts)
        {
            Heat.CountArea(part.Number, part.Histogram);
        }
    }

    /// <summary>
    /// Counts each part's pages by rate, after a round. How fast a process runs differs from one round, of half a second, to the next, and
    /// what it may have of fast memory is not to follow that.
    /// </summary>
    public void CountRates(int fastPlaces, TimeProvider time)
    {
        long counted = time.GetTimestamp();
        double lasting = 1 - Math.Exp(-(time.GetElapsedTime(_ratesAt, counted) / s_ratesLast));
        _ratesAt = counted;
        double weight = Rounds <= RoughRounds ? 1 : Math.Max(1.0 / (Rounds - 1), lasting);
        for (int i = 0; i < Parts.Count; i++)
        {
            Parts[i].CountRates(Economics, fastPlaces, weight, isFirst: Rounds == 1);
        }
    }

    /// <summary>Forgets what was learned of a program: the process runs another one now.</summary>
    public void StartAnew()
    {
        Forecast.Clear();
        HotRates.Clear();
        HugePages.Clear();
        Ranking.Clear();
        Cadence = new ScanCadence(Options.Cadence);
        Rounds = 0;
        IsInDivision = false;
        IsReplaced = true;
    }

    /// <summary>
    /// Joins a group, or takes changed options; the heat of its pages stays. True when a round that is under way was begun with
    /// other options and must be broken off.
    /// </summary>
    public bool Join(TieringGroup group, TieringOptions options)
    {
        TieringOptions before = Options;
        Idle.Forget();
        Group = group;
        Options = Effective(group, options);
        RateLimitBytesPerSecond = Math.Min(options.RateLimitBytesPerSecond, Options.RateLimitBytesPerSecond);
        if (Options == before)
        {
            return false;
        }

        Cadence = new ScanCadence(Options.Cadence);
        Heat.Looks = Options.LookAtColdEvery == before.LookAtColdEvery ? Heat.Looks : LooksOf(Options);
        Economics = new MoveEconomics(Options.Horizon);
        return true;
    }

    /// <summary>
    /// Next begins a round; one that is under way ends, and leaves nothing in the report of the next. Looks in a rest are still
    /// counted. <see cref="RoundRunner.BreakOff"/> reports it.
    /// </summary>
    public void BreakOff()
    {
        Plan.Clear();
        Phase = TargetPhase.StartRound;
        if (IsClearing)
        {
            Process.Clearer.BreakOff();
        }

        (IsClearing, UnreadySince) = (false, null);
        if (IsInRound)
        {
            IsInRound = false;
            Report.Clear();
        }
    }

    private static ColdLooks? LooksOf(TieringOptions options) =>
        options.LookAtColdEvery > TimeSpan.Zero ? new ColdLooks(options.LookAtColdEvery) : null;

    private static TieringOptions Effective(TieringGroup group, TieringOptions options) =>
        group.Options is { } own ? own with { DryRun = own.DryRun || options.DryRun } : options;

    public void Dispose()
    {
        Phase = TargetPhase.StartRound;
        Heat.Dispose();
        Process.Dispose();
    }
}

/// <summary>What a target does next.</summary>
internal enum TargetPhase
{
    /// <summary>Clear the accessed bits and begin to count.</summary>
    StartRound,

    /// <summary>Read the accessed bits.</summary>
    Scan,

    /// <summary>Before the second read of a round: look at a sample of the hottest pages.</summary>
    Glance,

    /// <summary>Move a slice of the plan.</summary>
    Move,

    /// <summary>Split huge pages, or put them together, a few of them.</summary>
    HugePages,

    /// <summary>Look at huge pages that every scan sees accessed, soon after they were cleared.</summary>
    Rank,

    /// <summary>Tell the kernel's reclaim what is hot and what is cold, a slice of it.</summary>
    Share,

    /// <summary>Within a long rest: clear the accessed bits for one look.</summary>
    Watch,

    /// <summary>Take the look, and begin a round if it differs from what the last one saw.</summary>
    Look,
}
