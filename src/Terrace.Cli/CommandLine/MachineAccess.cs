using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Guests;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Migration;
using Terrace.Linux.Nodes;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.CommandLine;

/// <summary>What commands need of the machine before they start, each refusal with its exit code and its fix.</summary>
internal static class MachineAccess
{
    /// <summary>Reads the machine; in a guest that follows its host's layout, with what that says of the order of nodes.</summary>
    public static LinuxMachine Open(TierChoice? tiers = null) =>
        Open(new HostTierSource(FollowedLayout.PathIn(DaemonSettings.StandardRunFolder), TimeProvider.System), tiers);

    /// <summary>
    /// Reads the machine, with what is known of its nodes in addition to what the kernel says, and tiers as the command line has
    /// them.
    /// </summary>
    public static LinuxMachine Open(INodeTruth truth, TierChoice? tiers = null)
    {
        LinuxMachine machine;
        try
        {
            machine = new LinuxMachine("/", truth, tiers);
        }
        catch (InvalidDataException problem)
        {
            throw new CommandFailure(ExitCode.Unavailable, problem.Message, "mount /proc and /sys of the machine itself");
        }

        if (ProblemOf(tiers, machine.Topology) is { } misfit)
        {
            machine.Dispose();
            throw new CommandFailure(ExitCode.Usage, misfit);
        }

        return machine;
    }

    /// <summary>Why a machine cannot have the tiers that the command line says; null when it can.</summary>
    public static Problem? ProblemOf(TierChoice? tiers, Topology topology) => tiers?.ProblemOn(topology.Nodes)?.At(TierOption.Name);

    /// <summary>Tracking and moving other processes' pages is for root, and so is what else is <paramref name="doing"/>.</summary>
    public static void RequireRoot(string command, string doing = "reads and moves other processes' pages, which only root may")
    {
        if (!EffectiveUser.IsRoot)
        {
            throw new CommandFailure(ExitCode.NotPermitted, $"{command} {doing}", $"run it with sudo: sudo terrace {command} …");
        }
    }

    /// <summary>Placement needs two tiers.</summary>
    public static void RequireSlowTier(Topology topology)
    {
        if (!topology.HasSlowTier)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                "this machine has no slow tier: all its memory is equally fast, so there is nothing to place",
                topology.Nodes.Count(node => node.CapacityBytes > 0) > 1
                    ? $"see terrace topology; if a node is slower than others, say so: {TierOption.Name} 0/1"
                    : "see terrace topology; try terrace simulate");
        }
    }

    /// <summary>Some tracker must work here.</summary>
    public static void RequireTracker(TrackerChoice choice)
    {
        bool bitmap = File.Exists("/sys/kernel/mm/page_idle/bitmap");
        if (choice == TrackerChoice.IdleBitmap && !bitmap)
        {
            throw new CommandFailure(
                ExitCode.Unavailable, "this kernel has no /sys/kernel/mm/page_idle/bitmap", "use the page-table tracker");
        }

        if (choice == TrackerChoice.PageTables || !bitmap)
        {
            if (TrackerProbe.Check() is { } problem)
            {
                throw new CommandFailure(
                    problem.Reason == TrackerProblemReason.NotPermitted ? ExitCode.NotPermitted : ExitCode.Unavailable,
                    problem.Problem);
            }
        }
    }

    /// <summary>Pages of others must be movable: filters of system calls, as containers have, often forbid it.</summary>
    public static void RequireMoves()
    {
        int error = MovePages.Probe();
        if (MoveProbe.ProblemOf(error) is { } problem)
        {
            throw new CommandFailure(error == Errno.ENOSYS ? ExitCode.Unavailable : ExitCode.NotPermitted, problem);
        }
    }

    /// <summary>Says so when the kernel's own tiering will move pages too, or something else clears accessed bits.</summary>
    public static void WarnOfKernelTiering(CliConsole console, LinuxMachine machine)
    {
        if (machine.KernelTiering.Promotes || machine.KernelTiering.Balances)
        {
            console.Error.WriteLine("terrace: note: " + KernelTieringWarnings.Of(machine.Topology, machine.KernelTiering).First());
        }

        foreach (string reader in KernelTieringWarnings.OfReaders(machine.KernelTiering))
        {
            console.Error.WriteLine("terrace: note: " + reader);
        }
    }

    /// <summary>
    /// Has what is attached from now on claimed before other instances of Terrace; the problem when that is not possible, which is no
    /// reason not to start.
    /// </summary>
    public static Problem? Claim(LinuxMachine machine)
    {
        machine.Claims = ProcessClaims.TryOpen(ProcessClaims.StandardFolder, out Problem? problem);
        return problem;
    }

    /// <summary>Says what is no reason not to start.</summary>
    public static void WarnOf(CliConsole console, Problem? problem)
    {
        if (problem is not null)
        {
            console.Error.WriteLine($"terrace: note: {problem}");
        }
    }

    /// <summary>Attaches a process.</summary>
    public static LinuxProcess Attach(LinuxMachine machine, int pid, TrackerChoice choice = TrackerChoice.Best) =>
        machine.Attach(pid, out LinuxProcess? process, out AttachError? error, choice) ? process! : throw FailureOf(error!);

    /// <summary>The exit code that goes with a reason.</summary>
    public static CommandFailure FailureOf(AttachError error) => new(
        error.Reason switch
        {
            AttachErrorReason.NotPermitted => ExitCode.NotPermitted,
            AttachErrorReason.NoTracker or AttachErrorReason.ManagedElsewhere or AttachErrorReason.NoDescriptors => ExitCode.Unavailable,
            _ => ExitCode.NoSuchProcess,
        },
        error.Problem);
}
