using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;
using Terrace.Linux.Kernel;
using Terrace.Linux.Processes;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>How the daemon as a whole does, for those who ask: people, the service manager, metrics. For the loop's thread only.</summary>
internal sealed class DaemonReport(
    string version,
    LinuxMachine machine,
    TieringHost host,
    ManagedProcesses processes,
    ConfigurationReload reload,
    KernelKeeper kernel,
    DescriptorReserve descriptors)
{
    /// <summary>Processes that are put aside and named.</summary>
    private const int MostShown = 20;

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly RecentCpuShare _recent = new(() => Environment.CpuUsage.TotalTime, TimeProvider.System);

    private DaemonConfiguration Configuration => processes.Keeper.Configuration;

    /// <summary>Keeps what changes over time. Called often.</summary>
    public void Tick() => _recent.Tick();

    /// <summary>In one line, for the service manager.</summary>
    public ServiceSummary Summary() => new(
        processes.Targets.All.Count,
        processes.Groups.Groups.Count,
        Configuration.Rules.Count,
        host.Engine.IsPaused,
        Configuration.Tiering.DryRun,
        reload.Problem is not null)
    {
        LacksSlowTier = !machine.Topology.HasSlowTier,
    };

    /// <summary>In numbers, for metrics.</summary>
    public HostFigures Figures()
    {
        machine.Refresh();
        return new HostFigures
        {
            Groups = processes.Groups.Groups.Count,
            Processes = processes.Targets.All.Count,
            WaitingProcesses = processes.Keeper.Waiting,
            AsideProcesses = processes.Keeper.Aside?.Count ?? 0,
            UnseenProcesses = processes.Looks.Waiting,
            DescriptorLimit = descriptors.Limit,
            IsPaused = host.Engine.IsPaused,
            CpuLimit = Configuration.Tiering.CpuLimit,
            TrackingBytes = host.TrackingBytes,
            ProcessEvents = processes.Watch.EventsErrno == 0,
            EventOverruns = processes.Watch.Overruns,
            ConfigurationIsBad = reload.Problem is not null,
            Tiers = DaemonFigures.Tiers(machine),
        };
    }

    /// <summary>What the configuration asks of the kernel; what the kernel does is read each time.</summary>
    public KernelMode? KernelMode => kernel.Mode;

    /// <summary>In full, except for the warnings, which are read off the loop's thread.</summary>
    public DaemonStatus Of(PeerIdentity peer)
    {
        machine.Refresh();
        Topology topology = machine.Topology;
        TimeSpan uptime = Stopwatch.GetElapsedTime(_startedAt);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Pressure pressure = machine.Pressure.Read();
        TargetRegistry targets = processes.Targets;
        NodeUse fast = NodeUse.OfTier(machine, Tier.Top);
        long managed = targets.All.Sum(target => target.Pages.After[Tier.Top] + target.Pages.ImmovableFast) * Chunk.PageBytes;
        IEnumerable<int> slow = topology.Tiers.Skip(1).SelectMany(tier => tier);
        return new DaemonStatus
        {
            Program = $"terrace {version}",
            Pid = Environment.ProcessId,
            UptimeSeconds = Math.Round(uptime.TotalSeconds, 1),
            Configuration = reload.Path,
            ConfigurationAgeSeconds = Math.Round(reload.Age.TotalSeconds, 1),

            // What is wrong with a file may quote it.
            ReloadProblem = reload.Problem is null || peer.MayChange ? reload.Problem : "it cannot be used; root sees why",
            Rules = Configuration.Rules.Count,
            IdleRules = IdleRules(),
            Groups = processes.Groups.Groups.Count,
            PausedGroups = processes.Groups.Groups.Values.Count(group => group.IsPaused),
            Processes = targets.All.Count,
            ManagedElsewhere = processes.Keeper.Elsewhere,
            WaitingProcesses = processes.Keeper.Waiting,
            AsideProcesses = processes.Keeper.Aside?.Count ?? 0,
            Aside = peer.MayChange ? Aside() : [],
            UnseenProcesses = processes.Looks.Waiting,
            DescriptorLimit = descriptors.Limit,
            Paused = host.Engine.IsPaused,
            DryRun = Configuration.Tiering.DryRun,
            FastBytes = topology.Tiers[0].Sum(topology.CapacityBytesOf),
            FastFreeBytes = topology.Tiers[0].Sum(machine.FreeBytes),
            FastManagedBytes = managed,
            FastCacheBytes = fast.CacheBytes,

            // Pages of files that managed processes map are in both figures.
            FastOthersBytes = Math.Max(0, fast.ProcessBytes - managed),
            FastKernelBytes = fast.OtherBytes,
            SlowBytes = slow.Sum(topology.CapacityBytesOf),
            SlowFreeBytes = slow.Sum(machine.FreeBytes),
            WithheldBytes = WithheldPages() * Chunk.PageBytes,
            PromotedBytes = targets.Totals.Moves.Promoted.Moved * Chunk.PageBytes,
            DemotedBytes = targets.Totals.Moves.Demoted.Moved * Chunk.PageBytes,
            TrackingBytes = host.TrackingBytes,
            RssBytes = Environment.WorkingSet,
            CpuSeconds = Math.Round(cpu.TotalSeconds, 3),
            CpuShare = Math.Round(cpu / uptime, 5),
            CpuLimit = Configuration.Tiering.CpuLimit,
            CpuShareLastMinute = _recent.Share is { } share ? Math.Round(share, 5) : null,
            CpuCreditSeconds = host.Engine.CpuCredit is { } credit ? Math.Round(credit.TotalSeconds, 3) : null,
            CpuCreditMaxSeconds = Configuration.Tiering.CpuBurst.TotalSeconds,
            ProcessEvents = processes.Watch.EventsErrno == 0,
            EventOverruns = processes.Watch.Overruns,
            LongestStartSeconds = Math.Round(targets.LongestStart.TotalSeconds, 3),
            Kernel = kernel.Status(),
            MemoryPressure = pressure.Memory,
            CpuPressure = pressure.Cpu,
            BacksOff = Configuration.Tiering.BackOff is not null,
            HeldBack = targets.All.Count(target => target.BackOff != BackOffReasons.None),
            MissingShare = targets.All.Count(target => target.MissedBecause != MissedReasons.None),
            MissedBecause = MissedNames.NamesOf(
                targets.All.Aggregate(MissedReasons.None, (reasons, target) => reasons | target.MissedBecause)),
            FullNodes = [.. targets.All.SelectMany(target => target.FullNodes).Distinct().Order()],
            BackOff = BackOffNames.NamesOf(targets.All.Aggregate(BackOffReasons.None, (reasons, target) => reasons | target.BackOff)),
        };
    }

    private IReadOnlyList<AsideStatus> Aside() =>
    [
        .. (processes.Keeper.Aside?.Hanging ?? new Dictionary<int, long>())
            .OrderBy(one => one.Value)
            .Take(MostShown)
            .Select(one => new AsideStatus(
                one.Key, ProcessName.Of(one.Key), Math.Round(Stopwatch.GetElapsedTime(one.Value).TotalSeconds, 1))),
    ];

    private long WithheldPages()
    {
        long room = new FastRoom(machine, Configuration.Tiering.HeadroomFraction).PagesIn(Tier.Top);
        return Math.Max(0, Math.Min(room, processes.Targets.All.Sum(BeyondShare)));
    }

    // What an automatic share leaves out, it leaves out for want of room.
    private static long BeyondShare(ManagedTarget target) =>
        target.Group.Share.IsAuto ? 0 : Math.Max(0, target.Pages.Mapped - target.Pages.Budget);

    // Those that exclude are not counted: what they leave alone is not watched.
    private int IdleRules()
    {
        HashSet<string> used = [.. processes.Targets.All.Select(target => target.Rule.Name)];
        return Configuration.Rules.Count(rule => !rule.Exclude && !used.Contains(rule.Name));
    }
}
