using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Loop;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Run;

/// <summary><c>terrace run</c>: runs and manages a command and its children.</summary>
internal static class RunCommand
{
    private const string Description = """
        Run a command, and manage it and its children

        The command keeps stdin, stdout and stderr, and its exit code is passed on (128 + N when signal N ended it). The summary
        goes to stderr, because stdout is the command's. Needs root.

        Examples:
          sudo terrace run -- ./server --port 80
          sudo terrace run --fast 40% -- ./server      # 40 % and no more, even while fast memory is free
          sudo terrace run --heatmap heat.svg --summary-json summary.json -- make -j8
          sudo terrace run --fast 50% --allocate interleave -- ./server   # new pages at that ratio too

        Exit codes:
          126    the command was found but cannot be executed
          127    there is no such command
          128+N  the command died of signal N
          other  the command's own; where it was not started, as terrace help exit-codes lists them
        """;

    public static Command Create(CliConsole console)
    {
        ManagementOptionSet shared = new(json: false, tracker: true);
        Argument<string[]> words = new("CMD")
        {
            Description = "The command and its arguments.",
            HelpName = "-- CMD",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new("run", Description);

        // Before -- a word that begins with a dash is an option that nobody knows; after it no program is called so.
        words.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] word }, ..])
            {
                result.AddError(UnknownName.Describe(word, command));
            }
        });
        shared.AddTo(command);
        UnitOption<Allocation> allocate = AllocateOption();
        command.Options.Add(allocate);
        command.Arguments.Add(words);
        command.SetAction(parsed => Run(console, parsed.GetValue(words)!, shared.In(parsed), allocate.In(parsed)));
        return command;
    }

    private static UnitOption<Allocation> AllocateOption() =>
        OptionParsers.Make<Allocation>(
            "--allocate",
            "Where new pages come from: interleave (fast and slow nodes in the ratio of --fast), preferred (fast nodes while they have "
                + "room) "
                + "or local (the kernel's default). By default the policy that Terrace was started with.",
            "HOW",
            null,
            ReadAllocation,
            "interleave",
            "preferred",
            "local");

    private static bool ReadAllocation(string text, out Allocation value, [NotNullWhen(false)] out Problem? problem)
    {
        value = text switch { "interleave" => Allocation.Interleave, "preferred" => Allocation.Preferred, _ => Allocation.Local };
        problem = text is "interleave" or "preferred" or "local" ? null
            : new Problem($"there is no '{text}'", "there are interleave, preferred and local");
        return problem is null;
    }

    private static int Run(CliConsole console, string[] words, ManagementSettings settings, Allocation allocation)
    {
        MachineAccess.RequireRoot("run");
        using LinuxMachine machine = MachineAccess.Open(settings.Tiers);
        MachineAccess.RequireSlowTier(machine.Topology);
        MachineAccess.RequireTracker(settings.Tracker);
        MachineAccess.RequireMoves();
        Problem? unclaimed = MachineAccess.Claim(machine);
        machine.Claims?.ClaimDescendantsOf(Environment.ProcessId);
        MemoryPolicy? policy = AllocationPolicy.Of(allocation, settings.Fast, machine.Topology, InterleaveWeights.Read());
        // The command may write to the same terminal, so no line of ours moves on it meanwhile.
        using ManagementOutput output = new(
            console, settings, machine, ownsOut: false, MappingNames.Of, progress: Console.IsOutputRedirected);
        using TieringHost host = new(machine, settings.Tiering, output.Observer);
        ChildCommand? child = null;
        PosixSignal? early = null;
        Lock gate = new();
        using StopSignals signals = new(signal =>
        {
            lock (gate)
            {
                early = child is null ? signal : early;
                child?.Forward(signal);
            }

            return false;
        });
        OrphanKeeper.Start();
        using ChildCommand started = ChildCommand.Start(words, policy, ShareVariable.Of(settings.Fast));
        lock (gate)
        {
            child = started;
            if (early is { } signal)
            {
                started.Forward(signal);
            }
        }

        // The command runs: what could be wrong with the command line is known.
        MachineAccess.WarnOfKernelTiering(console, machine);
        MachineAccess.WarnOf(console, unclaimed);
        ChildWatch watch = new(machine, host, output.Summary, settings, policy, started.Pid);
        host.Run(
            duration: null,
            () =>
            {
                if (started.HasExited)
                {
                    return LoopPace.End;
                }

                watch.Look();
                output.Summary.TrackingBytes = Math.Max(output.Summary.TrackingBytes, host.TrackingBytes);
                output.ShowProgress();
                return LoopPace.Steady;
            },
            CancellationToken.None);
        int exitCode = started.WaitForExit();
        output.Summary.EndAll();
        output.Finish(
            PictureCaptions.Of(console, $"terrace run -- {string.Join(' ', words)}", settings), () => watch.Placements.Write(console));
        return exitCode;
    }
}
