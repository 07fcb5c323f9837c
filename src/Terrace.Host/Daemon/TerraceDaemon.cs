using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon.Requests;
using Terrace.Host.Guests;
using Terrace.Host.Kernel;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// The daemon: follows a configuration, manages the processes that its rules take as they come and go, and answers over the control socket.
/// It puts its parts together and runs them. One thread does all of it; the socket's threads only hand requests to it.
/// </summary>
internal sealed class TerraceDaemon : IDisposable
{
    /// <summary>
    /// How long one process may keep the others waiting: what takes longer is done bit by bit, or by a thread of its own. Most scans take
    /// less.
    /// </summary>
    private static readonly TimeSpan s_part = TimeSpan.FromMilliseconds(20);

    private readonly DaemonSettings _settings;
    private readonly LinuxMachine _machine;
    private readonly ILogger _log;
    private readonly ProcessLog _processLog;
    private readonly TieringHost _host;
    private readonly EventHub _events = new();
    private readonly ManagedProcesses _processes;
    private readonly MetricsRegistry _metrics;
    private readonly MetricsOutlets _outlets;
    private readonly KernelKeeper _kernel;
    private readonly MemoryTrimmer _trimmer;
    private readonly GuestLayouts _guests;
    private readonly ServiceNotifier _notifier = ServiceNotifier.FromEnvironment();
    private readonly ConfigurationReload _reload;
    private readonly DaemonReport _report;
    private readonly DescriptorReserve _descriptors;
    private readonly ShortageNotice _shortage;
    private readonly NodeWatch _nodes;
    private int _kernelTypeReads;

    /// <summary>Makes a daemon for a configuration that was read already; <see cref="Run"/> starts it.</summary>
    public TerraceDaemon(
        DaemonSettings settings, DaemonConfiguration configuration, LinuxMachine machine, ILogger log, HostTierSource? followed = null)
    {
        _settings = settings;
        _machine = machine;
        LogCounts counts = new(log);
        _log = counts;
        DescriptorLimit.TryRaise();
        _descriptors = new DescriptorReserve(DescriptorLimit.Current);
        machine.DescriptorCeiling = _descriptors.Ceiling;
        machine.Calls.Grace = s_part;
        _shortage = new ShortageNotice(TimeProvider.System, counts);
        TargetRegistry targets = new();
        _metrics = new MetricsRegistry(pid => DaemonFigures.LabelsOf(targets, pid));
        _host = new TieringHost(machine, configuration.Tiering, new ObserverGroup([_events, targets, _metrics]));
        ShareOverrides shares = new(Path.Combine(settings.StateFolder, "shares.json"));
        _processLog = new ProcessLog(counts, TimeProvider.System);
        AsideProcesses aside = new(machine.Calls, settings.RunFolder, TimeProvider.System, counts);
        _processes = new ManagedProcesses(
            targets, _host.Engine, machine.Attach, shares, _events, _processLog, machine.Claims, aside, machine.Calls);
        string instance = $"{Environment.MachineName}:{settings.RunFolder}";
        _outlets = new MetricsOutlets(_metrics, PublishAsync, counts, ProgramVersion.Full, instance)
        {
            NetworkFix = ServiceDropIn.Network.Fix,
        };
        _kernel = new KernelKeeper(new KernelSettings(), settings.RunFolder, counts);
        _guests = new GuestLayouts(followed, _events, TimeProvider.System, counts);
        _host.HelperTime = () => _guests.Publisher.Spent + machine.Calls.Spent - _processes.Looks.Spent;
        _nodes = new NodeWatch(machine, () => _host.Engine.Wake(), TimeProvider.System, counts);
        _trimmer = MemoryTrimmer.OfThisProcess(TimeProvider.System, counts);
        _reload = new ConfigurationReload(
            settings.Configuration,
            _host,
            Follow,
            () => _processes.Keeper.Configuration,
            read => settings.Tiers is null ? read.ProblemOfReloadOn(machine.Topology) : null,
            _notifier,
            () => _report!.Summary(),
            counts);
        _report = new DaemonReport(ProgramVersion.Full, machine, _host, _processes, _reload, _kernel, _descriptors);
        Requests = new RequestTable(new DaemonParts
        {
            Loop = _host,
            Machine = machine,
            Engine = _host.Engine,
            Processes = _processes,
            Report = _report,
            Outlets = _outlets,
            Reload = _reload,
            Events = _events,
            Layouts = _guests.Publisher,
            Log = counts,
        });
        _processes.Keeper.Follow(configuration);
    }

    /// <summary>What it answers over its socket.</summary>
    public RequestTable Requests { get; }

    /// <summary>Runs until it is told to stop.</summary>
    public void Run(CancellationToken stop)
    {
        using ControlServer server = ControlServer.Start(
            DaemonSettings.SocketIn(_settings.RunFolder), Requests.AnswerAsync, _descriptors.Kept);
        DaemonConfiguration configuration = _processes.Keeper.Configuration;
        Topology topology = _machine.Topology;
        DaemonLog.Started(
            _log, ProgramVersion.Text, _settings.Configuration, configuration.Rules.Count, topology.Nodes.Count, topology.Tiers.Count);
        _nodes.Begin();
        if (_processes.Watch.EventsErrno != 0)
        {
            DaemonLog.NoProcessEvents(_log, _processes.Watch.EventsErrno);
        }

        try
        {
            _kernel.Begin(configuration.Kernel);
            WarnOfKernel();
            _outlets.Follow(configuration);
            _notifier.Ready(_report.Summary());
            _trimmer.Expect();
            _host.Run(duration: null, Tick, stop, _processes.Changes);
        }
        finally
        {
            _notifier.Stopping();
            _kernel.End();
        }

        DaemonLog.Stopped(_log, _processes.Targets.All.Count);
    }

    /// <summary>Asks for the configuration to be read again. For any thread.</summary>
    public void PostReload() => _reload.Post();

    public void Dispose()
    {
        _guests.Dispose();
        _outlets.Dispose();
        _host.Dispose();
        _processes.Dispose();
        _reload.Dispose();
        _events.Dispose();
        _notifier.Dispose();
    }

    // Puts another configuration in force.
    private void Follow(DaemonConfiguration configuration)
    {
        _machine.Tiers = _settings.Tiers ?? configuration.Tiers;
        _machine.Refresh();
        _processes.Keeper.Follow(configuration);
        if (_kernel.Follow(configuration.Kernel))
        {
            WarnOfKernel();
        }

        _processes.Watch.LookAgain();
        _outlets.Follow(configuration);
        _trimmer.Expect();
    }

    private void WarnOfKernel()
    {
        foreach (string warning in KernelTieringWarnings.Of(_machine.Topology, _machine.KernelTiering, _kernel.Mode))
        {
            DaemonLog.Warn(_log, warning);
        }
    }

    private LoopPace Tick()
    {
        _processes.Tick(HasRoom, _notifier.Alive);
        _shortage.Tick(_processes.Keeper.Waiting, _processes.Targets.All.Count, _descriptors.Limit);
        if (_kernelTypeReads != _machine.KernelTypeReads)
        {
            _kernelTypeReads = _machine.KernelTypeReads;
            _trimmer.Expect();
        }

        if (_nodes.Tick())
        {
            // From now on there is something that the kernel could move, too.
            WarnOfKernel();
        }

        _processLog.Tick();
        _trimmer.Tick();
        _report.Tick();
        _guests.Tick(_processes.Targets, _processes.Keeper.Configuration, _machine.Topology);
        _notifier.Status(_report.Summary());
        _notifier.Alive();
        if (_notifier.TakeProblem() is { } problem)
        {
            DaemonLog.Warn(_log, problem);
        }

        return _processes.Pace;
    }

    // The first of a process's two descriptors would get that number.
    private bool HasRoom() => DescriptorLimit.LowestFree < _descriptors.Ceiling;

    // A fault goes to who asks for metrics, as one of a request does to its peer.
    private Task<bool> PublishAsync() => _host.RunAsync(() =>
    {
        _metrics.Publish(_report.Figures(), [.. DaemonFigures.Groups(_processes.Targets, _machine.Places)]);
        return true;
    });
}
