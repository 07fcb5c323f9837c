using System.CommandLine;
using System.Runtime.InteropServices;
using Terrace.Cli.Hosting;
using Terrace.Cli.Output;
using Terrace.Linux;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace run</c>: runs and manages a command and its children.</summary>
internal static class RunCommand
{
    private const string Description = """
        Runs a command and manages it and its children. The command keeps stdin, stdout and stderr; its exit code is passed on
        (128 + N when signal N ended it), and a summary goes to stderr at the end.

        Examples:
          sudo terrace run --fast 40% -- ./server --port 80
          sudo terrace run --heatmap heat.svg --summary-json summary.json -- make -j8
        """;

    public static Command Create(CliConsole console)
    {
        ManagementOptionSet shared = new(json: false, tracker: true);
        Argument<string[]> words = new("CMD") { Description = "The command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        Command command = new("run", Description);
        shared.AddTo(command);
        command.Arguments.Add(words);
        command.SetAction(parsed => Run(console, parsed.GetValue(words)!, shared.In(parsed)));
        return command;
    }

    private static int Run(CliConsole console, string[] words, ManagementSettings settings)
    {
        MachineAccess.RequireRoot("run");
        using LinuxMachine machine = MachineAccess.Open();
        MachineAccess.RequireSlowTier(machine.Topology);
        MachineAccess.RequireTracker(settings.Tracker);
        MachineAccess.WarnOfKernelTiering(console, machine);
        // The command may write to the same terminal, so no line of ours moves on it meanwhile.
        using ManagementOutput output = new(console, settings, machine, progress: Console.IsOutputRedirected);
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
        using ChildCommand started = ChildCommand.Start(words);
        lock (gate)
        {
            child = started;
            if (early is { } signal)
            {
                started.Forward(signal);
            }
        }

        ChildWatch watch = new(machine, host, output.Summary, settings.Fast, settings.Tracker, started.Pid);
        host.Run(
            duration: null,
            () =>
            {
                if (started.HasExited)
                {
                    return false;
                }

                watch.Look();
                output.Summary.TrackingBytes = Math.Max(output.Summary.TrackingBytes, host.TrackingBytes);
                output.ShowProgress();
                return true;
            },
            CancellationToken.None);
        int exitCode = started.WaitForExit();
        output.Finish($"terrace run: {words[0]}, fast share {settings.Fast}");
        return exitCode;
    }
}
