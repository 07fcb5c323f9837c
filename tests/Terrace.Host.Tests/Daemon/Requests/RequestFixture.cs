using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Daemon.Requests;
using Terrace.Host.Guests;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;
using Terrace.Linux.Kernel;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon.Requests;

/// <summary>The parts of a daemon on a captured machine, with a group of no processes, and all requests over them.</summary>
internal sealed class RequestFixture : IDisposable
{
    public static readonly PeerIdentity Root = new(0, MayChange: true);
    public static readonly PeerIdentity Stranger = new(4711, MayChange: false);

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;
    private readonly DaemonParts _parts;

    /// <summary>
    /// Makes them. The loop does things on the spot, unless there is a stand-in for the disk, <paramref name="write"/>: then it is one that
    /// runs (<see cref="RunLoop"/>), apart from the disk.
    /// </summary>
    public RequestFixture(Action<string, string>? write = null)
    {
        _machine = new LinuxMachine(_tree.Root);
        TargetRegistry targets = new();
        EventHub events = new();
        Host = new TieringHost(_machine, DaemonConfiguration.StandardTiering, new ObserverGroup([events, targets]));
        ILoopThread loop = write is null ? new LoopOnTheSpot() : Host;
        LogCounts log = new(NullLogger.Instance);
        ShareOverrides shares = new(SharesPath, write);
        ManagedProcesses processes = new(targets, Host.Engine, _machine.Attach, shares, events, log, claims: null);
        MetricsOutlets outlets = new(new MetricsRegistry(_ => null), () => Task.CompletedTask, log, "1", "test");
        ServiceNotifier nobody = new(address: null, watchdog: null);
        ConfigurationReload reload = new(
            ConfigurationPath,
            loop,
            configuration => Follow(configuration),
            () => InForce,
            read => read.ProblemOfReloadOn(_machine.Topology),
            nobody,
            () => default,
            log);
        KernelKeeper kernel = new(new KernelSettings(_tree.Root), Folder, log);
        _parts = new DaemonParts
        {
            Loop = loop,
            Machine = _machine,
            Engine = Host.Engine,
            Processes = processes,
            Report = new DaemonReport("1", _machine, Host, processes, reload, kernel, new DescriptorReserve(1024)),
            Outlets = outlets,
            Reload = reload,
            Events = events,
            Layouts = new LayoutPublisher(TimeProvider.System, log),
            Log = log,
        };
        Group = processes.Groups.GroupOf(
            new TargetRule { Name = "group", Match = new RuleMatch(), Fast = FastShare.OfPages(0.3) },
            new ProcessIdentity(),
            1,
            DaemonConfiguration.StandardTiering);
        Table = new RequestTable(_parts);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("terrace-").FullName;

    public string ConfigurationPath => Path.Combine(Folder, "terrace.yaml");

    /// <summary>What a reload puts in force.</summary>
    public Action<DaemonConfiguration> Follow { get; set; } = _ => { };

    /// <summary>What a reload that only says what it would do compares with.</summary>
    public DaemonConfiguration InForce { get; set; } = new();

    public string SharesPath => Path.Combine(Folder, "shares.json");

    public TieringHost Host { get; }

    public TieringGroup Group { get; }

    public ShareOverrides Shares => _parts.Processes.Shares;

    public EventHub Events => _parts.Events;

    public RequestTable Table { get; }

    /// <summary>The answer's line; what follows it is let go.</summary>
    public async Task<ControlResponse> AskAsync(ControlRequest request, PeerIdentity peer)
    {
        ControlAnswer answer = await Table.AnswerAsync(request with { Version = ControlRequest.ProtocolVersion }, peer);
        answer.Feed?.Dispose();
        return answer.Response;
    }

    /// <summary>Puts rules in force, as a start does.</summary>
    public void Configure(params string[] rules)
    {
        string text = $"rules: [{string.Join(", ", rules)}]";
        _parts.Processes.Keeper.Follow(ConfigurationFile.Parse("f", text, out _)!);
    }

    /// <summary>Manages this process, by a rule that is named as the group.</summary>
    public ManagedTarget ManageThisProcess(string group)
    {
        int pid = Environment.ProcessId;
        ProcessIdentity identity = _parts.Processes.Identities.Read(pid)!;
        TargetRule rule = new() { Name = group, Match = new RuleMatch(), Fast = FastShare.OfPages(0.3) };
        TieringGroup own = _parts.Processes.Groups.GroupOf(rule, identity, pid, DaemonConfiguration.StandardTiering);
        ManagedTarget target = new(StillProcess.Attach(pid, _machine), identity, rule, own, TimeSpan.Zero);
        _parts.Processes.Targets.Add(target);
        Host.Engine.Add(target.Process, own);
        return target;
    }

    /// <summary>Runs the loop on a thread of its own until the test ends.</summary>
    public IDisposable RunLoop()
    {
        CancellationTokenSource stop = new();
        Thread thread = new(() => Host.Run(duration: null, () => LoopPace.Steady, stop.Token));
        thread.Start();
        return new Running(stop, thread);
    }

    public void Dispose()
    {
        _parts.Layouts.Dispose();
        _parts.Outlets.Dispose();
        Host.Dispose();
        _parts.Processes.Dispose();
        _parts.Reload.Dispose();
        _parts.Events.Dispose();
        _machine.Dispose();
        _tree.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class Running(CancellationTokenSource stop, Thread thread) : IDisposable
    {
        public void Dispose()
        {
            stop.Cancel();
            thread.Join();
            stop.Dispose();
        }
    }
}
