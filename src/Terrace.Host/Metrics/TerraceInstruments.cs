using System.Diagnostics.Metrics;

namespace Terrace.Host.Metrics;

/// <summary>
/// Every instrument of the daemon, named and measured as OpenTelemetry asks (semantic conventions, "Metrics"; units are those of
/// UCUM). docs/metrics.md lists
/// them. All but the histogram are read when somebody asks, so that series of groups that have ended are told no more.
/// </summary>
internal sealed class TerraceInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "terrace";

    private const string Bytes = "By";
    private const string Seconds = "s";
    private const string Ratio = "1";

    /// <summary>Seconds; a page fault is felt from about a millisecond on.</summary>
    private static readonly double[] s_stallBounds =
    [
        0.0001,
        0.00025,
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
    ];

    private readonly MetricsRegistry _book;
    private readonly Histogram<double> _stall;

    public TerraceInstruments(MetricsRegistry book, LogCounts log, string version)
    {
        _book = book;
        Meter = new Meter(MeterName, version);
        AddGroups();
        AddGroupWork();
        AddHost();
        AddDaemon(log, version);
        _stall = Meter.CreateHistogram(
            "terrace.stall",
            Seconds,
            "Longest single clear of accessed bits in a round: how long page faults of the process can have waited for it.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = s_stallBounds });
    }

    public Meter Meter { get; }

    /// <summary>Records a round's longest clear.</summary>
    public void RecordStall(TimeSpan stall) => _stall.Record(stall.TotalSeconds);

    public void Dispose() => Meter.Dispose();

    private void AddGroups()
    {
        OfGroups(
            Gauge,
            "terrace.group.memory",
            Bytes,
            "Memory of the group in each tier; tier 0 is the fastest.",
            (group, now) => now.TierPages.Select((pages, tier) => group.Value(GroupSeries.Bytes(pages), "tier", $"{tier}")));
        OfGroups(
            Gauge,
            "terrace.group.fast_share",
            Ratio,
            "Part of the group's memory that is in the fastest tier.",
            (group, now) => Known(group, now.HeldShare));
        OfGroups(
            Gauge,
            "terrace.group.asked_share",
            Ratio,
            "Part of the group's memory that was asked for; absent when the share is auto.",
            (group, now) => Known(group, now.AskedShare));
        OfGroups(
            Gauge,
            "terrace.group.budget",
            Bytes,
            "Fast memory that the group may have now.",
            (group, now) => [group.Value(GroupSeries.Bytes(now.BudgetPages))]);
        OfGroups(
            Gauge,
            "terrace.group.immovable",
            Bytes,
            "Further memory of the group whose moves failed again and again: pinned, or shared with processes of others. No part of "
                + "its other figures.",
            (group, now) => [group.Value(GroupSeries.Bytes(now.ImmovablePages))]);
        OfGroups(
            Gauge,
            "terrace.group.missed_share",
            "{process}",
            "Processes of the group that miss their share, by what stands in their way; absent where nothing does.",
            (group, now) => group.Missed());
        OfGroups(
            Gauge,
            "terrace.group.hot",
            Bytes,
            "Memory that every scan of the last round saw accessed.",
            (group, now) => [group.Value(GroupSeries.Bytes(now.HotPages))]);
        OfGroups(
            Gauge,
            "terrace.group.cold",
            Bytes,
            "Memory that was not accessed for several rounds.",
            (group, now) => [group.Value(GroupSeries.Bytes(now.ColdPages))]);
        OfGroups(
            Gauge,
            "terrace.group.huge_pages",
            "{page}",
            "Huge pages: whole, kept split as a part only is hot, or split to find that out.",
            (group, now) =>
            [
                group.Value(now.HugePages.Whole, "state", "whole"),
                group.Value(now.HugePages.Split, "state", "split"),
                group.Value(now.HugePages.Watched, "state", "watched"),
            ]);
        OfGroups(
            Gauge,
            "terrace.group.hit",
            Ratio,
            "Estimated part of accesses that the fastest tier serves, from accessed bits.",
            (group, now) => Known(group, now.HitRatio));
        OfGroups(
            Gauge, "terrace.group.processes", "{process}", "Managed processes of the group.", (group, now) => [group.Value(now.Processes)]);
        OfGroups(
            Gauge, "terrace.group.paused", "", "1 while the group is paused, else 0.", (group, now) => [group.Value(now.IsPaused ? 1 : 0)]);
        OfGroups(
            Gauge,
            "terrace.group.scan.interval",
            Seconds,
            "Time between two scans in the last rounds; the longest of the group's processes.",
            (group, now) => [group.Value(now.Interval.TotalSeconds)]);
        OfGroups(
            Gauge,
            "terrace.group.rest",
            Seconds,
            "Pause between two rounds; the longest of the group's processes.",
            (group, now) => [group.Value(now.Rest.TotalSeconds)]);
        OfGroups(
            Gauge,
            "terrace.group.longest_stall",
            Seconds,
            "Longest single clear of accessed bits since the group's processes were first managed.",
            (group, now) => [group.Value(now.LongestStall.TotalSeconds)]);
    }

    private void AddGroupWork()
    {
        OfGroups(
            Counter,
            "terrace.group.rounds",
            "{round}",
            "Rounds of the group's processes.",
            (group, _) => [group.Value(group.Totals.Rounds)]);
        OfGroups(
            Counter,
            "terrace.group.failed_scans",
            "{scan}",
            "Scans that failed; their rounds start over.",
            (group, _) => [group.Value(group.Totals.FailedScans)]);
        OfGroups(
            Counter,
            "terrace.group.promoted",
            Bytes,
            "Memory moved to a faster tier.",
            (group, _) => [group.Value(GroupSeries.Bytes(group.Totals.Moves.Promoted.Moved))]);
        OfGroups(
            Counter,
            "terrace.group.demoted",
            Bytes,
            "Memory moved to a slower tier.",
            (group, _) => [group.Value(GroupSeries.Bytes(group.Totals.Moves.Demoted.Moved))]);
        OfGroups(
            Counter,
            "terrace.group.planned",
            Bytes,
            "Memory that rounds decided to move, moved or not; in a dry run nothing is.",
            (group, _) =>
            [
                group.Value(GroupSeries.Bytes(group.Totals.Moves.PlannedPromotions), "direction", "up"),
                group.Value(GroupSeries.Bytes(group.Totals.Moves.PlannedDemotions), "direction", "down"),
            ]);
        OfGroups(
            Counter,
            "terrace.group.failed_moves",
            "{page}",
            "Pages of 4 KiB that were to move and did not, by reason.",
            (group, _) => group.Failures());
        OfGroups(
            Counter,
            "terrace.group.held_back",
            Bytes,
            "Memory that a round left where it was: hot but resting after a move, or the exchange would not pay; or chosen to move and no "
                + "node had room. Counted again in each round.",
            (group, _) =>
            [
                group.Value(GroupSeries.Bytes(group.Totals.HeldBack.Resting), "reason", "resting"),
                group.Value(GroupSeries.Bytes(group.Totals.HeldBack.NotWorth), "reason", "not_worth"),
                group.Value(GroupSeries.Bytes(group.Totals.HeldBack.NoRoom), "reason", "no_room"),
            ]);
        OfGroups(
            Counter,
            "terrace.group.scan.time",
            Seconds,
            "Time spent on reading page tables and on clearing accessed bits.",
            (group, _) =>
            [
                group.Value(group.Totals.Cost.Read.TotalSeconds, "step", "read"),
                group.Value(group.Totals.Cost.Clear.TotalSeconds, "step", "clear"),
            ]);
        OfGroups(
            Counter,
            "terrace.group.shared_heat",
            Bytes,
            "Fast memory that the kernel's reclaim was told is hot, or cold. Counted again in each round.",
            (group, _) =>
            [
                group.Value(GroupSeries.Bytes(group.Totals.Shared.Hot), "heat", "hot"),
                group.Value(GroupSeries.Bytes(group.Totals.Shared.Cold), "heat", "cold"),
            ]);
        OfGroups(
            Counter,
            "terrace.group.move.time",
            Seconds,
            "Time spent in migration calls.",
            (group, _) => [group.Value(group.Totals.Moves.Time.TotalSeconds)]);
        OfGroups(
            Counter,
            "terrace.group.wait",
            Seconds,
            "Time for which rounds and moves were delayed by a limit: the rate limit, or that on processor time.",
            (group, _) =>
            [
                group.Value(group.Totals.Cost.RateLimitWait.TotalSeconds, "limit", "rate"),
                group.Value(group.Totals.Cost.CpuWait.TotalSeconds, "limit", "cpu"),
            ]);
    }

    private void AddHost()
    {
        OfHost(
            Gauge,
            "terrace.tier.capacity",
            Bytes,
            "Memory of each tier; tier 0 is the fastest.",
            book => book.Host.Tiers.Select((tier, index) => OfTier(tier.CapacityBytes, index)));
        OfHost(
            Gauge,
            "terrace.tier.free",
            Bytes,
            "Free memory of each tier.",
            book => book.Host.Tiers.Select((tier, index) => OfTier(tier.Use.FreeBytes, index)));
        OfHost(
            Gauge,
            "terrace.tier.cache",
            Bytes,
            "Page cache in each tier; the kernel drops it when room is needed.",
            book => book.Host.Tiers.Select((tier, index) => OfTier(tier.Use.CacheBytes, index)));
        OfHost(Gauge, "terrace.groups", "{group}", "Groups that have a claim on fast memory.", book => [new(book.Host.Groups)]);
        OfHost(
            Gauge,
            "terrace.groups.untold",
            "{group}",
            "Groups without series of their own: those of their rule are told together, under its name.",
            book => [new(book.Host.Groups - book.GroupsTold)]);
        OfHost(Gauge, "terrace.processes", "{process}", "Managed processes.", book => [new(book.Host.Processes)]);
        OfHost(Gauge, "terrace.paused", "", "1 while all management is paused, else 0.", book => [new(book.Host.IsPaused ? 1 : 0)]);
        OfHost(
            Counter,
            "terrace.rounds",
            "{round}",
            "Rounds of all processes, including those that have ended.",
            book => [new(book.Totals.Rounds)]);
        OfHost(
            Counter,
            "terrace.promoted",
            Bytes,
            "Memory moved to a faster tier, of all groups, including those that have ended.",
            book => [new(GroupSeries.Bytes(book.Totals.Moves.Promoted.Moved))]);
        OfHost(
            Counter,
            "terrace.demoted",
            Bytes,
            "Memory moved to a slower tier, of all groups, including those that have ended.",
            book => [new(GroupSeries.Bytes(book.Totals.Moves.Demoted.Moved))]);
    }

    private void AddDaemon(LogCounts log, string version)
    {
        OfHost(
            Counter,
            "terrace.cpu.time",
            Seconds,
            "Processor time that the daemon has taken.",
            _ => [new(Environment.CpuUsage.TotalTime.TotalSeconds)]);
        OfHost(Gauge, "terrace.cpu.limit", Ratio, "Part of one CPU that the daemon may take over time.", book => [new(book.Host.CpuLimit)]);
        OfHost(Gauge, "terrace.memory.resident", Bytes, "Memory of the daemon itself.", _ => [new(Environment.WorkingSet)]);
        OfHost(
            Gauge,
            "terrace.memory.tracking",
            Bytes,
            "Memory in which the daemon keeps what it knows about pages.",
            book => [new(book.Host.TrackingBytes)]);
        OfHost(
            Gauge,
            "terrace.processes.waiting",
            "{process}",
            "Processes that rules take and that are not managed, because the daemon may not have more files open.",
            book => [new(book.Host.WaitingProcesses)]);
        OfHost(
            Gauge,
            "terrace.processes.aside",
            "{process}",
            "Processes that are not looked at, because something holds the lock of their memory, or did of others of their users.",
            book => [new(book.Host.AsideProcesses)]);
        OfHost(
            Gauge,
            "terrace.processes.unseen",
            "{process}",
            "Processes that came or changed and wait to be looked at, because their users have very many, or very long command lines.",
            book => [new(book.Host.UnseenProcesses)]);
        OfHost(
            Gauge,
            "terrace.open_files.limit",
            "{file}",
            "Files that the daemon may have open; each managed process takes two.",
            book => [new(book.Host.DescriptorLimit)]);
        OfHost(
            Gauge,
            "terrace.process_events",
            "",
            "1 when the kernel reports processes, 0 when the daemon looks for them.",
            book => [new(book.Host.ProcessEvents ? 1 : 0)]);
        OfHost(
            Counter,
            "terrace.process_events.lost",
            "{loss}",
            "Times at which process events were lost, because more came than are kept, and made up for by a sweep through /proc.",
            book => [new(book.Host.EventOverruns)]);
        OfHost(
            Gauge,
            "terrace.configuration.bad",
            "",
            "1 while the configuration on disk cannot be used and an older one is in force, else 0.",
            book => [new(book.Host.ConfigurationIsBad ? 1 : 0)]);
        OfHost(
            Counter,
            "terrace.log.messages",
            "{message}",
            "Warnings and errors that the daemon has logged.",
            _ =>
            [
                new(log.Warnings, new KeyValuePair<string, object?>("level", "warning")),
                new(log.Errors, new KeyValuePair<string, object?>("level", "error")),
            ]);
        OfHost(
            Gauge,
            "terrace.build_info",
            "",
            "Always 1; the label says which version runs.",
            _ => [new(1, new KeyValuePair<string, object?>("version", version))]);
    }

    private static IEnumerable<Measurement<double>> Known(GroupSeries group, double? value) =>
        value is { } known ? [group.Value(known)] : [];

    private static Measurement<double> OfTier(long bytes, int tier) => new(bytes, new KeyValuePair<string, object?>("tier", $"{tier}"));

    private void OfGroups(
        Action<string, string, string, Func<IEnumerable<Measurement<double>>>> create,
        string name,
        string unit,
        string description,
        Func<GroupSeries, GroupFigures, IEnumerable<Measurement<double>>> read) =>
        create(name, unit, description, () => _book.ReadGroups(read));

    private void OfHost(
        Action<string, string, string, Func<IEnumerable<Measurement<double>>>> create,
        string name,
        string unit,
        string description,
        Func<MetricsRegistry, IEnumerable<Measurement<double>>> read) =>
        create(name, unit, description, () => _book.ReadHost(book => read(book).ToList()));

    private void Gauge(string name, string unit, string description, Func<IEnumerable<Measurement<double>>> read) =>
        Meter.CreateObservableGauge(name, read, unit, description);

    private void Counter(string name, string unit, string description, Func<IEnumerable<Measurement<double>>> read) =>
        Meter.CreateObservableCounter(name, read, unit, description);
}
