using Microsoft.Extensions.Logging;
using Terrace.Core.Tiering;
using Terrace.Host.Loop;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// The processes that the daemon manages: how they are found as they come and go, whom they belong to, and what shares they have. For the
/// loop's thread only.
/// </summary>
internal sealed class ManagedProcesses : IDisposable
{
    // Ready when a process came, changed or exited; null when not all of that can be waited for, and is to be looked for steadily.
    private readonly EpollSet? _changes;

    /// <summary>Manages none yet.</summary>
    /// <param name="targets">Takes what is managed; it observes the engine's rounds already.</param>
    /// <param name="engine">Scans and moves.</param>
    /// <param name="attach">Attaches a process.</param>
    /// <param name="shares">Shares that were set; what was kept of them is loaded.</param>
    /// <param name="events">Hears of those that leave.</param>
    /// <param name="log">Who joined and left.</param>
    /// <param name="aside">Keeps those that cannot be looked at; it is disposed with this.</param>
    /// <param name="calls">Looks at command lines; null: the loop's thread does.</param>
    /// <param name="claims">Where others see what is managed here; null when that is not possible.</param>
    public ManagedProcesses(
        TargetRegistry targets,
        TieringEngine engine,
        ProcessAttach attach,
        ShareOverrides shares,
        IRoundObserver events,
        ILogger log,
        ProcessClaims? claims,
        AsideProcesses? aside = null,
        BoundedCalls? calls = null)
    {
        Identities = new ProcessIdentityReader("/", calls);
        if (shares.Load() is { } problem)
        {
            DaemonLog.Warn(log, problem);
        }

        Targets = targets;
        Shares = shares;
        Groups = new GroupRegistry(shares);
        Watch = new ProcessWatch(Identities);
        Keeper = new TargetKeeper(attach, engine, targets, Groups, Identities, events, TimeProvider.System, log, claims, aside);
        targets.Gone = Keeper.NoteGone;
        Watch.Exited = Keeper.ForgetWaiting;
        Watch.Listed = Keeper.ForgetWaitingBut;
        _changes = ChangesOf(Watch, Keeper);
    }

    /// <summary>Those that are managed.</summary>
    public TargetRegistry Targets { get; }

    /// <summary>The groups that they are in.</summary>
    public GroupRegistry Groups { get; }

    /// <summary>Shares that were set.</summary>
    public ShareOverrides Shares { get; }

    /// <summary>Reads whose a process is.</summary>
    public ProcessIdentityReader Identities { get; }

    /// <summary>Finds processes.</summary>
    public ProcessWatch Watch { get; }

    /// <summary>Makes the managed ones those of the rules.</summary>
    public TargetKeeper Keeper { get; }

    /// <summary>Lets those go that have exited, and looks at those that came or changed.</summary>
    /// <param name="hasRoom">True while there are descriptors for one more.</param>
    /// <param name="alive">Called between two of them: a host with thousands of processes takes a while, in which the watchdog must not
    /// bite.</param>
    public void Tick(Func<bool> hasRoom, Action alive)
    {
        Keeper.DropExited();
        Keeper.ConsiderElsewhere();
        Keeper.ConsiderAside();
        Keeper.TakeWaiting(hasRoom, alive);
        Watch.Tick(pid =>
        {
            Keeper.Consider(pid);
            alive();
        });
    }

    /// <summary>What the loop may wait for until the next tick; null when it must look steadily.</summary>
    public EpollSet? Changes => _changes;

    /// <summary>How soon the next tick must come.</summary>
    public LoopPace Pace => _changes is null || Watch.IsBusy ? LoopPace.Steady : LoopPace.Quiet;

    public void Dispose()
    {
        _changes?.Dispose();
        Keeper.Dispose();
        Keeper.Aside?.Dispose();
        Watch.Dispose();
        Shares.Dispose();
    }

    private static EpollSet? ChangesOf(ProcessWatch watch, TargetKeeper keeper)
    {
        EpollSet? set = EpollSet.TryOpen();
        if (set is not null && !(watch.AddTo(set) && keeper.AddTo(set)))
        {
            set.Dispose();
            set = null;
        }

        return set;
    }
}
