using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Guests;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>
/// The daemon: follows a configuration, manages the processes that its rules take as they come and go, and answers over the control socket. One
/// thread does all of it; the socket's threads only hand requests to it.
/// </summary>
internal sealed class TerraceDaemon : IDisposable
{
    private readonly DaemonSettings _settings;
    private readonly ILogger _log;
    private readonly TieringHost _host;
    private readonly TargetBook _targets = new();
    private readonly GroupBook _groups;
    private readonly ShareOverrides _overrides;
    private readonly ProcessIdentityReader _identities;
    private readonly ProcessWatch _watch;
    private readonly TargetKeeper _keeper;
    private readonly ControlDesk _desk;
    private readonly EventHub _events = new();
    private readonly MetricsBook _metrics;
    private readonly MetricsOutlets _outlets;
    private readonly ServiceNotifier _notifier = ServiceNotifier.FromEnvironment();
    private readonly KernelKeeper _kernel;
    private readonly MemoryThrift _thrift;
    private readonly LayoutPublisher _publisher;
    private readonly PublishedTargets _published;
    private readonly LayoutNews _news;
    private readonly EpollSet? _happenings;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _configuredAt = Stopwatch.GetTimestamp();
    private string? _reloadProblem;

    /// <summary>Makes a daemon for a configuration that was read already; <see cref="Run"/> starts it.</summary>
    public TerraceDaemon(DaemonSettings settings, DaemonConfiguration configuration, LinuxMachine machine, ILogger log, FollowedTruth? followed = null)
    {
        _settings = settings;
        LogCounts counts = new(log);
        _log = log = counts;
        Machine = machine;
        _metrics = new MetricsBook(pid => DaemonFigures.LabelsOf(_targets, pid));
        _outlets = new MetricsOutlets(_metrics, PublishAsync, counts, Version, $"{Environment.MachineName}:{settings.RunFolder}");
        _host = new TieringHost(machine, configuration.Tiering, new ObserverGroup([_events, _targets, _metrics]));
        _overrides = new ShareOverrides(Path.Combine(settings.StateFolder, "shares.json"));
        if (_overrides.Load() is { } problem)
        {
            DaemonLog.Warn(log, problem);
        }

        _groups = new GroupBook(_overrides);
        _identities = new ProcessIdentityReader();
        _watch = new ProcessWatch(_identities);
        _keeper = new TargetKeeper(machine, _host.Engine, _targets, _groups, _identities, _events, TimeProvider.System, log);
        _targets.Gone = _keeper.NoteGone;
        _desk = new ControlDesk(this, _host.Engine, _targets, _groups, _overrides, log);
        _kernel = new KernelKeeper(new KernelSettings(), settings.RunFolder, log);
        _publisher = new LayoutPublisher(TimeProvider.System, log);
        _published = new PublishedTargets(_publisher);
        _news = new LayoutNews(followed, _events, TimeProvider.System, log);
        _thrift = MemoryThrift.OfThisProcess(TimeProvider.System, log);
        _happenings = Happenings();
        _keeper.Follow(configuration);
    }

    /// <summary>The machine as the loop sees it.</summary>
    public LinuxMachine Machine { get; }

    /// <summary>While set nothing is scanned nor moved.</summary>
    public bool IsPaused
    {
        get => _host.Engine.IsPaused;
        set => _host.Engine.IsPaused = value;
    }

    /// <summary>The program's version.</summary>
    public static string Version => typeof(TerraceDaemon).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Runs until it is told to stop.</summary>
    public void Run(CancellationToken stop)
    {
        using ControlServer server = ControlServer.Start(DaemonSettings.SocketIn(_settings.RunFolder), HandleAsync, _events, MaySee);
        DaemonLog.Started(_log, Version, _settings.Configuration, _keeper.Configuration.Rules.Count, Machine.Topology.Nodes.Count, Machine.Topology.Tiers.Count);
        if (_watch.EventsErrno != 0)
        {
            DaemonLog.NoProcessEvents(_log, _watch.EventsErrno);
        }

        try
        {
            _kernel.Begin(_keeper.Configuration.Kernel);
            WarnOfKernel();
            _outlets.Follow(_keeper.Configuration);
            _notifier.Ready(Summary());
            _thrift.Expect();
            _host.Run(duration: null, Tick, stop, _happenings);
        }
        finally
        {
            _notifier.Stopping();
            _kernel.End();
        }

        DaemonLog.Stopped(_log, _targets.All.Count);
    }

    /// <summary>Asks for the configuration to be read anew. For any thread.</summary>
    public void PostReload() => _host.Post(() =>
    {
        try
        {
            Reload();
        }
        catch (Exception fault)
        {
            DaemonLog.Fault(_log, ControlCommand.Reload, fault);
        }
    });

    /// <summary>Reads the configuration anew; a bad one changes nothing.</summary>
    public ControlResponse Reload()
    {
        _notifier.Reloading();
        try
        {
            return ReadAnew();
        }
        finally
        {
            // Whatever became of it: the service manager waits for this.
            _notifier.Ready(Summary());
        }
    }

    private ControlResponse ReadAnew()
    {
        DaemonConfiguration? configuration = ConfigurationFile.Load(_settings.Configuration, out IReadOnlyList<ConfigurationProblem> problems);
        if (configuration is null)
        {
            _reloadProblem = string.Join("; ", problems.Select(problem => problem.ToString()));
            DaemonLog.NotReloaded(_log, _reloadProblem);
            return ControlResponse.Failure(ExitCode.BadConfiguration, $"the configuration stays as it was: {_reloadProblem}", $"mend it, try terrace config check {_settings.Configuration}, and reload");
        }

        _reloadProblem = null;
        _configuredAt = Stopwatch.GetTimestamp();
        _keeper.Follow(configuration);
        if (_kernel.Follow(configuration.Kernel))
        {
            WarnOfKernel();
        }

        _watch.LookAgain();
        _outlets.Follow(configuration);
        _thrift.Expect();
        DaemonLog.Reloaded(_log, configuration.Rules.Count);
        return ControlResponse.Success($"configuration read anew: {configuration.Rules.Count} rules");
    }

    /// <summary>How it does.</summary>
    public DaemonStatus Status(PeerIdentity peer)
    {
        Machine.Refresh();
        Topology topology = Machine.Topology;
        TimeSpan uptime = Stopwatch.GetElapsedTime(_startedAt);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Pressure pressure = Machine.Pressure.Read();
        IEnumerable<int> slow = topology.Tiers.Skip(1).SelectMany(tier => tier);
        return new DaemonStatus
        {
            Program = $"terrace {Version}",
            Pid = Environment.ProcessId,
            UptimeSeconds = Math.Round(uptime.TotalSeconds, 1),
            Configuration = _settings.Configuration,
            ConfigurationAgeSeconds = Math.Round(Stopwatch.GetElapsedTime(_configuredAt).TotalSeconds, 1),

            // What is wrong with a file may quote it.
            ReloadProblem = _reloadProblem is null || peer.MayChange ? _reloadProblem : "it cannot be used; root sees why",
            Rules = _keeper.Configuration.Rules.Count,
            Groups = _groups.Groups.Count,
            Processes = _targets.All.Count,
            Paused = IsPaused,
            DryRun = _keeper.Configuration.Tiering.DryRun,
            FastBytes = topology.Tiers[0].Sum(topology.CapacityBytesOf),
            FastFreeBytes = topology.Tiers[0].Sum(Machine.FreeBytes),
            SlowBytes = slow.Sum(topology.CapacityBytesOf),
            SlowFreeBytes = slow.Sum(Machine.FreeBytes),
            PromotedBytes = _targets.PromotedPages * Core.Units.Chunk.PageBytes,
            DemotedBytes = _targets.DemotedPages * Core.Units.Chunk.PageBytes,
            TrackingBytes = _host.TrackingBytes,
            RssBytes = Environment.WorkingSet,
            CpuSeconds = Math.Round(cpu.TotalSeconds, 3),
            CpuShare = Math.Round(cpu / uptime, 5),
            CpuLimit = _keeper.Configuration.Tiering.CpuLimit,
            ProcessEvents = _watch.EventsErrno == 0,
            EventOverruns = _watch.Overruns,
            LongestStartSeconds = Math.Round(_targets.LongestStart.TotalSeconds, 3),
            Kernel = _kernel.Status(),
            Warnings = [.. KernelTieringWarnings.Of(topology, Machine.KernelTiering), .. _outlets.Problems],
            MemoryPressure = pressure.Memory,
            CpuPressure = pressure.Cpu,
            BacksOff = _keeper.Configuration.Tiering.BackOff is not null,
            HeldBack = _targets.All.Count(target => target.BackOff != BackOffReasons.None),
            BackOff = BackOffWords.NamesOf(_targets.All.Aggregate(BackOffReasons.None, (reasons, target) => reasons | target.BackOff)),
        };
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _outlets.Dispose();
        _host.Dispose();
        _happenings?.Dispose();
        _keeper.Dispose();
        _watch.Dispose();
        _events.Dispose();
        _notifier.Dispose();
    }

    // Ready when a process came, changed or exited; null when not all of that can be waited for, and is to be looked for steadily.
    private EpollSet? Happenings()
    {
        EpollSet? set = EpollSet.TryOpen();
        if (set is not null && !(_watch.AddTo(set) && _keeper.AddTo(set)))
        {
            set.Dispose();
            set = null;
        }

        return set;
    }

    private void WarnOfKernel()
    {
        foreach (string warning in KernelTieringWarnings.Of(Machine.Topology, Machine.KernelTiering))
        {
            DaemonLog.Warn(_log, warning);
        }
    }

    private LoopPace Tick()
    {
        _keeper.DropExited();
        _watch.Tick(Consider);
        _thrift.Tick();
        _published.Follow(_keeper.Configuration.PublishesLayouts ? _targets.All : [], Machine.Topology, _keeper.Configuration.Tiering.CpuLimit);
        _news.Tick();
        _notifier.Status(Summary());
        _notifier.Alive();
        if (_notifier.TakeProblem() is { } problem)
        {
            DaemonLog.Warn(_log, problem);
        }

        return _happenings is null || _watch.IsBusy ? LoopPace.Steady : LoopPace.Quiet;
    }

    private void Consider(int pid)
    {
        // A host with thousands of processes takes a while to look at, in which the watchdog must not bite.
        _keeper.Consider(pid);
        _notifier.Alive();
    }

    private ServiceSummary Summary() => new(
        _targets.All.Count, _groups.Groups.Count, _keeper.Configuration.Rules.Count, IsPaused, _keeper.Configuration.Tiering.DryRun, _reloadProblem is not null);

    private Task PublishAsync()
    {
        TaskCompletionSource published = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Post(() =>
        {
            Machine.Refresh();
            _metrics.Publish(
                new HostFigures
                {
                    Groups = _groups.Groups.Count,
                    Processes = _targets.All.Count,
                    IsPaused = IsPaused,
                    CpuLimit = _keeper.Configuration.Tiering.CpuLimit,
                    TrackingBytes = _host.TrackingBytes,
                    ProcessEvents = _watch.EventsErrno == 0,
                    EventOverruns = _watch.Overruns,
                    ConfigurationIsBad = _reloadProblem is not null,
                    Tiers = DaemonFigures.Tiers(Machine),
                },
                [.. DaemonFigures.Groups(_targets, Machine.Places)]);
            published.SetResult();
        });
        return published.Task;
    }

    private bool MaySee(PeerIdentity peer, int pid) => peer.MaySee(_targets.Find(pid)?.Identity.UserId);

    private async Task<ControlResponse> HandleAsync(ControlRequest request, PeerIdentity peer)
    {
        TaskCompletionSource<ControlResponse> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IMappingRules? areas = null;
        _host.Post(() =>
        {
            try
            {
                ControlResponse answer = _desk.Answer(request, peer);
                areas = answer.Page is { } explained ? _targets.Find(explained.Pid)?.Process.MappingRules : null;
                answered.SetResult(answer);
            }
            catch (Exception fault)
            {
                // One request's fault must not end the daemon.
                DaemonLog.Fault(_log, request.Command, fault);
                answered.SetResult(ControlResponse.Failure(ExitCode.Internal, "a fault in the daemon; its log has the trace", "please report it"));
            }
        });
        ControlResponse response = await answered.Task;

        // Reading files of the kernel, and the mappings of a large process, takes a while, which is not the loop's.
        if (response.Groups is { } groups)
        {
            return response with { Groups = [.. groups.Select(group => CgroupAccounts.AddTo(_publisher.AddTo(group), Machine.Topology))] };
        }

        if (response.Page is not { } page || !peer.MaySee(_identities.Read(page.Pid)?.UserId))
        {
            return response;
        }

        IReadOnlyList<ProcessMapping> mappings = ProcessMaps.Describe(page.Pid);
        return response with { Page = PageExplainer.WithMapping(page, mappings, GuestMemory.Of(page.Pid, mappings), areas) };
    }
}
