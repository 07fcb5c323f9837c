using Terrace.Core.HugePages;
using Terrace.Core.Migration;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>What an operator may set of the tiering loop. The defaults suit a production host.</summary>
public sealed record TieringOptions
{
    /// <summary>Scans in a round, 3 to 10.</summary>
    public int ScansPerRound { get; init; } = 5;

    /// <summary>Shortest time between two scans of a round.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest time between two scans of a round.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two scans of the first round; the cadence adapts it from there.</summary>
    public TimeSpan FirstInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between two rounds once nothing needs to move.</summary>
    public TimeSpan MaxRest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// In a pause longer than this, a look at a sample of slow memory tells after each such time whether other pages are in use
    /// than in the last round.
    /// </summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// How often cold 2-MiB chunks of a large process are looked at, which need not be cleared and read in every scan; 0: all are.
    /// </summary>
    public TimeSpan LookAtColdEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes moved per second in both directions together, at most.</summary>
    public long RateLimitBytesPerSecond { get; init; } = 256L << 20;

    /// <summary>Memory kept free on fast nodes beyond the kernel's own reserve, as a fraction of the node.</summary>
    public double HeadroomFraction { get; init; } = 0.01;

    /// <summary>How long a page is expected to keep its heat: a move must pay for itself within this time.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Longest scan as a part of the interval: intervals are stretched to keep it. Not less than 1 without need: on a
    /// slow machine longer intervals see
    /// all pages accessed, and what a round costs is paid by the rest after it.
    /// </summary>
    public double MaxScanDuty { get; init; } = 1;

    /// <summary>
    /// Part of one CPU that the program may take over time, all its work together; rests are stretched to keep it. 1 and more: no
    /// limit.
    /// </summary>
    public double CpuLimit { get; init; } = 1;

    /// <summary>Processor time that is saved up under <see cref="CpuLimit"/> while little happens, for when much happens.</summary>
    public TimeSpan CpuBurst { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From what pressure on moves are held back; null for never.</summary>
    public BackOffOptions? BackOff { get; init; }

    /// <summary>
    /// How long a clear of accessed bits may make the page faults of a process wait. The kernel clears a whole address space at
    /// once, so longer ones cannot be
    /// avoided: a process all of whose clears take longer is scanned so rarely that they take at most <see cref="MaxStallShare"/>
    /// of the time.
    /// </summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.MaxValue;

    /// <summary>
    /// Part of the time, a round and the rest after it together, that clears longer than <see cref="MaxStall"/> may take.
    /// </summary>
    public double MaxStallShare { get; init; } = 0.01;

    /// <summary>Make known to the kernel's reclaim what rounds found hot and cold in fast memory. Never in a dry run.</summary>
    public bool ShareHeat { get; init; }

    /// <summary>What becomes of huge pages of which a part only is hot. In a dry run they stay as they are.</summary>
    public HugePagePolicy HugePages { get; init; }

    /// <summary>Decide but leave pages where they are.</summary>
    public bool DryRun { get; init; }

    /// <summary>What of this the cadence keeps to.</summary>
    internal CadenceTerms Cadence => new(FirstInterval, MinInterval, MaxInterval, MaxRest, MaxScanDuty);
}
