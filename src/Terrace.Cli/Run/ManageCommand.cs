using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Loop;
using Terrace.Linux;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Run;

/// <summary><c>terrace manage</c>: manages processes that are already running.</summary>
internal static class ManageCommand
{
    private const string Description = """
        Manage processes that are already running

        Hot pages go to fast memory and cold pages to slow memory for as long as this command runs. Ctrl-C ends it with a
        summary; the processes keep running, and their pages stay where they are. Needs root.

        Examples:
          sudo terrace manage redis-server
          sudo terrace manage redis-server --fast 40%    # 40 % and no more, even while fast memory is free
          sudo terrace manage 1234 5678 --for 10m --heatmap heat.svg
          sudo terrace manage --pid 1234 --dry-run --json
        """;

    public static Command Create(CliConsole console)
    {
        Argument<string[]> words = ProcessWords.Several();
        Option<int[]> pids = PidReader.Option();
        UnitOption<TimeSpan?> duration = OptionParsers.Duration(
            "--for",
            "How long to manage. By default until Ctrl-C, SIGTERM, or the processes have exited.",
            null,
            TimeSpan.FromMilliseconds(1),
            "10m");
        ManagementOptionSet shared = new(json: true, tracker: true);
        Command command = new("manage", Description) { words, pids, duration };
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(words) is not { Tokens.Count: > 0 } && result.GetResult(pids) is null)
            {
                result.AddError("PROCESS is missing; give numbers or names of processes");
            }
        });
        command.SetAction(parsed =>
        {
            IReadOnlyList<int> named = new ProcessWords(new ProcessIdentityReader()).AllOf(parsed.GetValue(words) ?? []);
            return Run(console, [.. named.Union(parsed.GetValue(pids) ?? [])], shared.In(parsed), duration.In(parsed));
        });
        return command;
    }

    private static int Run(CliConsole console, int[] pids, ManagementSettings settings, TimeSpan? duration)
    {
        MachineAccess.RequireRoot("manage");
        using StopSignals signals = new();
        using LinuxMachine machine = MachineAccess.Open(settings.Tiers);
        MachineAccess.RequireSlowTier(machine.Topology);
        MachineAccess.RequireMoves();
        Problem? unclaimed = MachineAccess.Claim(machine);
        using ManagementOutput output = new(console, settings, machine, ownsOut: true, MappingNames.Of);
        using TieringHost host = new(machine, settings.Tiering, output.Observer);
        PlacementNotes placements = new();
        foreach (int pid in pids)
        {
            LinuxProcess process = MachineAccess.Attach(machine, pid, settings.Tracker);
            output.Summary.Name(pid, process.Name);
            process.PlacementRespect = settings.PlacementRespect;
            placements.Watch(process);
            host.Add(process, settings.Fast);
        }

        // What may be wrong with the command is known by now: notes do not hide it.
        MachineAccess.WarnOfKernelTiering(console, machine);
        MachineAccess.WarnOf(console, unclaimed);
        host.Run(
            duration,
            () =>
            {
                output.Summary.TrackingBytes = Math.Max(output.Summary.TrackingBytes, host.TrackingBytes);
                output.ShowProgress();
                return host.Targets > 0 && !output.IsNobodyReads ? LoopPace.Steady : LoopPace.End;
            },
            signals.Token);
        string targets = string.Join(", ", output.Summary.Targets.Select(target => $"{target.Name} ({target.Pid})"));
        output.Finish(PictureCaptions.Of(console, $"terrace manage: {targets}", settings), () => placements.Write(console));
        return output.IsNobodyReads ? ExitCode.NobodyReads : ExitCode.Ok;
    }
}
