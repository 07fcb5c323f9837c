using Microsoft.Extensions.Logging;
using Terrace.Core.Tiering;
using Terrace.Host.Configuration;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Makes the set of managed processes what the rules say, process by process as they come, change and go. For the loop's thread only.
/// </summary>
internal sealed class TargetKeeper(
    ProcessAttach attach,
    TieringEngine engine,
    TargetRegistry targets,
    GroupRegistry groups,
    ProcessIdentityReader identities,
    IRoundObserver events,
    TimeProvider time,
    ILogger log,
    ProcessClaims? claims = null,
    AsideProcesses? aside = null)
    : IDisposable
{
    private readonly ExitWatch _exits = new();
    private readonly ManagedElsewhere _elsewhere = new(time);
    private readonly WaitingProcesses _waiting = new();
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The configuration in force.</summary>
    public DaemonConfiguration Configuration { get; private set; } = new();

    /// <summary>Processes that rules take but that terrace run or manage has.</summary>
    public int Elsewhere => _elsewhere.Count;

    /// <summary>Processes that are put aside; null where nobody keeps them.</summary>
    public AsideProcesses? Aside => aside;

    /// <summary>Processes that rules take and that are not managed for want of descriptors.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>
    /// Puts a configuration in force: processes that are managed join their new groups; who is not yet is to be looked at again.
    /// </summary>
    public void Follow(DaemonConfiguration configuration)
    {
        engine.Configure(configuration.Tiering);
        Configuration = configuration;
        foreach (int pid in targets.All.Select(target => target.Pid).ToList())
        {
            Consider(pid);
        }

        groups.RemoveAllBut(targets.All.Select(target => target.Group).ToHashSet());
        engine.Wake();
    }

    /// <summary>
    /// Looks at a process that came or changed. What a process shows of itself is its own doing: a fault over it is that process's alone.
    /// </summary>
    public void Consider(int pid)
    {
        if (pid == Environment.ProcessId)
        {
            return;
        }

        try
        {
            LookAt(pid);
        }
        catch (Exception fault)
        {
            DaemonLog.FaultOfProcess(log, pid, fault);
            if (targets.Find(pid) is { } target)
            {
                Leave(target, "of a fault");
            }
        }
    }

    private void LookAt(int pid)
    {
        ManagedTarget? target = targets.Find(pid);
        if (target is not null && !target.Process.PidFd.IsAlive)
        {
            // Its number is another's now.
            Leave(target, "it exited");
            target = null;
        }

        ProcessIdentity? identity = identities.Read(pid, Configuration.WantsCommand);
        aside?.Remove(pid);
        if (identity?.HidesCommand == true)
        {
            // Which rule takes it cannot be said now; what is managed stays so.
            aside?.Add(pid);
            return;
        }

        TargetRule? rule = identity is null ? null : Configuration.RuleFor(identity);
        if (rule is null or { Exclude: true })
        {
            _elsewhere.Remove(pid);
            _waiting.Remove(pid);
            if (target is not null)
            {
                Leave(
                    target,
                    identity is null ? "it exited"
                        : rule is null ? "no rule matches it any more"
                        : $"rule {rule.Name} excludes it");
            }

            return;
        }

        TieringGroup group = groups.GroupOf(rule, identity!, pid, Configuration.Tiering);
        if (target is not null && target.Rule.Tracker == rule.Tracker)
        {
            Regroup(target, identity!, rule, group);
            return;
        }

        if (target is not null)
        {
            Leave(target, "its rule asks for another tracker");
        }

        Join(pid, identity!, rule, group);
    }

    /// <summary>Drops all processes that have exited, before the loop would notice.</summary>
    public void DropExited()
    {
        if (!_exits.MayHaveExits)
        {
            return;
        }

        int before = targets.All.Count;
        DropReported();
        if (_exits.MayHaveExits)
        {
            // It cannot be known which.
            foreach (ManagedTarget target in targets.All.Where(target => !target.Process.PidFd.IsAlive).ToList())
            {
                LetGo(target, "it exited");
            }
        }

        if (targets.All.Count < before)
        {
            groups.RemoveAllBut(targets.All.Select(target => target.Group).ToHashSet());
        }
    }

    /// <summary>Has those looked at again that another instance of Terrace has, when it is time.</summary>
    public void ConsiderElsewhere(Action<int> look)
    {
        foreach (int pid in _elsewhere.TakeDue())
        {
            look(pid);
        }
    }

    /// <summary>
    /// Claims what is scanned and moved and gives back the claims of what is paused, so that terrace manage can have it meanwhile;
    /// called after either changed. What somebody has by then is let go.
    /// </summary>
    public void KeepClaims()
    {
        foreach (ManagedTarget target in targets.All.ToList())
        {
            KeepClaim(target);
        }
    }

    /// <summary>
    /// Manages those that wait, while there is room; <paramref name="alive"/> is called after each. A look at a process costs more than
    /// to ask whether there is room.
    /// </summary>
    public void TakeWaiting(Func<bool> hasRoom, Action alive)
    {
        while (_waiting.First is { } pid && hasRoom())
        {
            Consider(pid);
            alive();
            if (_waiting.First == pid)
            {
                return;
            }
        }
    }

    /// <summary>Has those looked at again that were put aside, when that may have ended.</summary>
    public void ConsiderAside(Action<int> look)
    {
        foreach (int pid in aside?.Tick() ?? [])
        {
            look(pid);
        }
    }

    /// <summary>A process has ended.</summary>
    public void ForgetWaiting(int pid)
    {
        _waiting.Remove(pid);
        aside?.Remove(pid);
    }

    /// <summary>All but these have ended.</summary>
    public void ForgetWaitingBut(IEnumerable<int> there)
    {
        if (_waiting.Count > 0)
        {
            _waiting.RemoveAllBut(there.ToHashSet());
        }
    }

    /// <summary>Makes a set ready when a managed process has exited; false when that is not possible.</summary>
    public bool AddTo(EpollSet set) => _exits.AddTo(set);

    public void Dispose() => _exits.Dispose();

    /// <summary>Notes that the engine let a process go.</summary>
    public void NoteGone(ManagedTarget target)
    {
        DaemonLog.Left(log, target.Pid, target.Process.Name, target.Group.Name, "it exited");
        groups.RemoveUnless(target.Group, targets.All.Any(other => other.Group == target.Group));
    }

    private void Join(int pid, ProcessIdentity identity, TargetRule rule, TieringGroup group)
    {
        if (_waiting.Count > 0 && _waiting.First != pid)
        {
            // Others came before.
            _waiting.Add(pid);
            return;
        }

        if (!attach(pid, out LinuxProcess? process, out AttachError? error, rule.Tracker))
        {
            if (error!.Reason == AttachErrorReason.NoDescriptors)
            {
                _waiting.Add(pid);
                return;
            }

            _waiting.Remove(pid);
            if (error.Reason == AttachErrorReason.ManagedElsewhere)
            {
                NoteElsewhere(pid, rule, error);
            }
            else if (error.Reason == AttachErrorReason.Hangs)
            {
                aside?.Add(pid);
            }
            else if (error.Reason != AttachErrorReason.NoSuchProcess)
            {
                DaemonLog.NotAttached(log, pid, rule.Name, error.Problem.ToString());
            }

            return;
        }

        _elsewhere.Remove(pid);
        _waiting.Remove(pid);
        Apply(rule, process!);
        // What its command line says was needed to find the rule, and may be long.
        ManagedTarget target = new(process!, identity with { Command = null }, rule, group, time.GetElapsedTime(_startedAt));
        targets.Add(target);
        engine.Add(process!, group, PayerOf(pid));
        _exits.Add(process!.PidFd);
        DaemonLog.Joined(log, pid, process.Name, group.Name);
        KeepClaim(target);
    }

    private void NoteElsewhere(int pid, TargetRule rule, AttachError error)
    {
        if (_elsewhere.Add(pid))
        {
            DaemonLog.Elsewhere(log, pid, rule.Name, error.Problem.What);
        }
    }

    private void KeepClaim(ManagedTarget target)
    {
        if (engine.IsPaused || target.Group.IsPaused)
        {
            claims?.Release(target.Pid);
        }
        else if (claims?.TryClaim(target.Pid) is { } holder)
        {
            _elsewhere.Add(target.Pid);
            Leave(target, $"{holder} manages it now");
        }
    }

    private void Regroup(ManagedTarget target, ProcessIdentity identity, TargetRule rule, TieringGroup group)
    {
        if (!ReferenceEquals(target.Rule, rule))
        {
            Apply(rule, target.Process);
        }

        engine.SetUser(target.Pid, PayerOf(target.Pid));
        target.Identity = identity with { Command = null };
        target.Rule = rule;
        if (target.Group != group)
        {
            engine.Regroup(target.Pid, group);
            target.Group = group;
            DaemonLog.Joined(log, target.Pid, target.Process.Name, group.Name);
            KeepClaim(target);
        }
    }

    // Root's pay each by itself: one service must not wait for another.
    private static uint? PayerOf(int pid) => ProcessUser.RealOf(pid) is > 0 and var user ? user : null;

    private static void Apply(TargetRule rule, LinuxProcess process)
    {
        process.MappingRules = AreaRules.Of(rule);
        process.PlacementRespect = rule.OverridePlacement ? PlacementRespect.CpusetOnly : PlacementRespect.Full;
    }

    private void DropReported()
    {
        Span<int> pids = stackalloc int[64];
        bool any = true;
        while (any)
        {
            any = false;
            foreach (int pid in pids[.._exits.Take(pids)])
            {
                if (targets.Find(pid) is { } target && !target.Process.PidFd.IsAlive)
                {
                    LetGo(target, "it exited");
                    any = true;
                }
            }
        }
    }

    private void Leave(ManagedTarget target, string reason)
    {
        LetGo(target, reason);
        groups.RemoveUnless(target.Group, targets.All.Any(other => other.Group == target.Group));
    }

    private void LetGo(ManagedTarget target, string reason)
    {
        engine.Remove(target.Pid);
        events.OnTargetGone(target.Pid);
        targets.Remove(target.Pid);
        DaemonLog.Left(log, target.Pid, target.Process.Name, target.Group.Name, reason);
    }
}
