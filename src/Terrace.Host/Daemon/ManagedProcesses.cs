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
    private readonly BoundedCalls? _calls;
    private ThreadClock? _clock;
    private Action _alive = () => { };

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
        _calls = calls;
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
        Looks = new LookPace(LookAt, () => TimeOfLooks, ProcessUser.PayerOf, TimeProvider.System, log);
        Watch.Exited = Forget;
        Watch.Listed = ForgetBut;
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

    /// <summary>Says whose turn it is to be looked at.</summary>
    public LookPace Looks { get; }

    /// <summary>Lets those go that have exited, and looks at those that came or changed.</summary>
    /// <param name="hasRoom">True while there are descriptors for one more.</param>
    /// <param name="alive">Called between two of them: a host with thousands of processes takes a while, in which the watchdog must not
    /// bite.</param>
    public void Tick(Func<bool> hasRoom, Action alive)
    {
        _clock = ThreadClock.OfThisThread;
        _alive = alive;
        Looks.BeginTick();
        Keeper.DropExited();
        Keeper.ConsiderElsewhere(Looks.Look);
        Keeper.ConsiderAside(Looks.Look);
        Keeper.TakeWaiting(hasRoom, alive);
        Watch.Tick(Looks.Look, () => Looks.HasTime);
        Looks.Tick();
    }

    /// <summary>What the loop may wait for until the next tick; null when it must look steadily.</summary>
    public EpollSet? Changes => _changes;

    /// <summary>How soon the next tick must come.</summary>
    public LoopPace Pace => _changes is null || Watch.IsBusy || Looks.Waiting > 0 ? LoopPace.Steady : LoopPace.Quiet;

    public void Dispose()
    {
        _changes?.Dispose();
        Keeper.Dispose();
        Keeper.Aside?.Dispose();
        Watch.Dispose();
        Shares.Dispose();
    }

    // Of the thread that looks, and of the one that makes its calls.
    private TimeSpan TimeOfLooks => (_clock?.Spent ?? TimeSpan.Zero) + (_calls?.Spent ?? TimeSpan.Zero);

    private void LookAt(int pid)
    {
        Watch.NoteLook(pid);
        Keeper.Consider(pid);
        _alive();
    }

    private void Forget(int pid)
    {
        Keeper.ForgetWaiting(pid);
        Looks.Forget(pid);
    }

    private void ForgetBut(IReadOnlyList<int> there)
    {
        Keeper.ForgetWaitingBut(there);
        Looks.ForgetBut(there);
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
