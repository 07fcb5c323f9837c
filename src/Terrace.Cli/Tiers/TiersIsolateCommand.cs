using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.ControlGroups;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Tiers;

/// <summary><c>terrace tiers isolate</c>: keeps all control groups but some off the slow nodes.</summary>
internal static class TiersIsolateCommand
{
    private const string Description = """
        Keep control groups off the slow nodes

        Restricts the processes of all top-level control groups to fast memory (cpuset.mems of cgroup v2), except the groups
        that you name. When fast memory is full they reclaim, and are killed if that does not help. Pages that they have on slow
        nodes move up; that needs --yes. So does isolating where the kernel demotes pages of such groups anyway. Terrace
        can then give slow memory only to the groups left out. Processes of the root group cannot be restricted. Needs root.

        Examples:
          sudo terrace tiers isolate --except machine.slice
          sudo terrace tiers isolate --except 'kube*' --except system.slice --yes
          sudo terrace tiers isolate --undo
        """;

    public static Command Create(CliConsole console)
    {
        Option<string[]> except = new("--except")
        {
            Description = "Leave out top-level groups that match this pattern (* and ?); can be repeated.",
            HelpName = "GLOB",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> undo = new("--undo") { Description = "Give the groups back what they had." };
        Option<bool> yes = new("--yes") { Description = "Allow pages to be moved, and isolate although reclaim demotes." };
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("isolate", Description) { except, undo, yes, tiers, json };
        command.SetAction(parsed => parsed.GetValue(undo)
            ? Undo(console, parsed.GetValue(json))
            : Isolate(console, tiers.In(parsed), parsed.GetValue(except) ?? [], parsed.GetValue(yes), parsed.GetValue(json)));
        return command;
    }

    private static int Isolate(CliConsole console, TierChoice? tiers, IReadOnlyList<string> except, bool yes, bool json)
    {
        MachineAccess.RequireRoot("tiers isolate", "sets nodes of control groups, which only root may");
        using LinuxMachine machine = MachineAccess.Open(tiers);
        MachineAccess.RequireSlowTier(machine.Topology);
        CpusetTree tree = new();
        RequireCpusets(tree);
        IReadOnlyList<CpusetGroup> groups = tree.Groups();
        if (except.FirstOrDefault(pattern => !groups.Any(group => IsolationPlan.Matches(pattern, group))) is { } unmatched)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"--except: no top-level group matches '{unmatched}'",
                groups.Count == 0 ? "there are none" : $"there are {string.Join(", ", groups.Select(group => group.Name))}");
        }

        Problem? gap = IsolationGap.Of(machine.KernelTiering, KernelRelease.Current, machine.Topology);
        if (gap is not null && !yes)
        {
            throw new CommandFailure(ExitCode.Unavailable, gap.What, $"{gap.Fix}, or add --yes to isolate them as far as that goes");
        }

        IReadOnlyList<int> fast = machine.Topology.Tiers[0];
        IsolationPlan plan = IsolationPlan.ToIsolate(groups, fast, except);
        RequireConsent(plan, machine, fast, yes);
        if (plan.Changes.Count > 0)
        {
            IsolationStore store = new();
            bool switchOn = !tree.IsOn;
            store.Write(plan.Record(store.Read(), fast, switchOn));
            if (switchOn && tree.Switch(on: true) is not 0 and var refused)
            {
                throw new CommandFailure(
                    ExitCode.Unavailable,
                    $"the cpuset controller cannot be switched on ({HotplugFailure.Reason(refused)})",
                    "see /sys/fs/cgroup/cgroup.subtree_control; terrace tiers isolate --undo forgets this attempt");
            }

            Apply(tree, plan, tree.SetMems);
        }

        Report(console, plan, tree.RootProcesses(), json, "kept to nodes");
        if (gap is not null)
        {
            console.Error.WriteLine($"terrace: note: {gap.What}: {gap.Fix}");
        }

        if (!json && Directory.Exists("/run/systemd/system"))
        {
            console.Error.WriteLine(
                "terrace: note: systemd may set groups again when it reloads; AllowedMemoryNodes= of the slices is its own setting and "
                    + "lasts");
        }

        return ExitCode.Ok;
    }

    private static int Undo(CliConsole console, bool json)
    {
        MachineAccess.RequireRoot("tiers isolate", "sets nodes of control groups, which only root may");
        IsolationStore store = new();
        IsolationRecord record = store.Read()
            ?? throw new CommandFailure(ExitCode.Unavailable, $"nothing is isolated: there is no {store.FilePath}", "see terrace tiers");
        CpusetTree tree = new();
        IsolationPlan plan = IsolationPlan.ToUndo(tree.Groups(), record);
        Apply(tree, plan, tree.RestoreMems);
        if (
            record.SwitchedOn
                && tree.Groups().All(
                    group => !group.HasCpus
                        && (
                            string.IsNullOrEmpty(group.Mems)
                                || plan.Changes.Any(change => change.Group == group.Name && change.Set.Length == 0))))
        {
            // Refused when a group below passes it on: then it stays, and does no harm.
            _ = tree.Switch(on: false);
        }

        store.Remove();
        Report(console, plan, [], json, "back to");
        return ExitCode.Ok;
    }

    private static void RequireCpusets(CpusetTree tree)
    {
        if (!tree.IsOffered)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                "there is no cgroup v2 with the cpuset controller at /sys/fs/cgroup",
                "boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 cgroup2 /sys/fs/cgroup");
        }
    }

    // In cgroup v2 a change of cpuset.mems moves pages, always (Documentation/admin-guide/cgroup-v2.rst, cpuset.mems): there is
    // no variant for new pages only.
    private static void RequireConsent(IsolationPlan plan, IMachine machine, IReadOnlyList<int> fast, bool yes)
    {
        List<IsolationChange> moving = [.. plan.Changes.Where(change => change.SlowBytes is not 0)];
        if (yes || moving.Count == 0)
        {
            return;
        }

        string what = string.Join(
            ", ", moving.Select(change => $"{change.Group} {(change.SlowBytes is { } bytes ? ByteSize.Format(bytes) : "unknown")}"));
        throw new CommandFailure(
            ExitCode.Usage,
            $"these groups have pages in slow memory, and the kernel moves them up when their nodes are set: {what}; "
                + $"{ByteSize.Format(fast.Sum(machine.FreeBytes))} of fast memory is free",
            "add --yes, or leave groups out with --except");
    }

    private static void Apply(CpusetTree tree, IsolationPlan plan, Func<string, string, int> set)
    {
        foreach (IsolationChange change in plan.Changes)
        {
            if (set(change.Group, change.Set) is not 0 and var refused && tree.Groups().Any(group => group.Name == change.Group))
            {
                throw new CommandFailure(
                    ExitCode.Unavailable,
                    $"the nodes of group {change.Group} cannot be set to '{change.Set}' ({HotplugFailure.Reason(refused)})",
                    "run it again to continue, or terrace tiers isolate --undo to go back");
            }
        }
    }

    private static void Report(CliConsole console, IsolationPlan plan, IReadOnlyList<int> unrestricted, bool json, string verb)
    {
        if (json)
        {
            console.Out.WriteLine(
                JsonSerializer.Serialize(
                    new IsolationReport { Changed = plan.Changes, Left = plan.Left, Unrestricted = unrestricted },
                    TiersJson.Indented.IsolationReport));
            return;
        }

        foreach (IsolationChange change in plan.Changes)
        {
            console.Out.WriteLine($"{change.Group}: {verb} {(change.Set.Length == 0 ? "all nodes" : change.Set)}");
        }

        foreach (IsolationSkip skip in plan.Left)
        {
            console.Out.WriteLine($"{skip.Group}: {skip.Why}");
        }

        if (unrestricted.Count > 0)
        {
            console.Out.WriteLine(
                $"not restricted, being in the root group: {(unrestricted.Count == 1 ? "process" : "processes")} "
                    + $"{TopologyText.Ranges(unrestricted)}");
        }
    }
}
