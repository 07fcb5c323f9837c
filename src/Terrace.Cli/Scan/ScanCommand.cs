using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Host.Failures;
using Terrace.Linux;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.Scan;

/// <summary><c>terrace scan</c>: what of a process is hot, and where it lies.</summary>
internal static class ScanCommand
{
    private const string Description = """
        Show what is hot in a process, and in which tier it lies

        Counts pages by how many scans saw them accessed, and lists the hottest ranges. Moves no page. Works on machines with
        a single tier too. Needs root.

        Examples:
          sudo terrace scan redis-server
          sudo terrace scan 1234 --scans 10 --interval 1s --top 20
          sudo terrace scan 1234 --json
        """;

    public static Command Create(CliConsole console)
    {
        Argument<string> word = ProcessWords.One();
        UnitOption<int> scans = OptionParsers.Number("--scans", "Number of scans.", 5, 1, HeatMap.MaxScansPerRound);
        UnitOption<TimeSpan?> interval = OptionParsers.Duration(
            "--interval", "Time between two scans.", "100ms", TimeSpan.FromMilliseconds(1));
        UnitOption<TimeSpan?> maxStall = OptionParsers.Duration(
            "--max-stall",
            "Longest wait of the process's page faults: above it, memory is cleared in pieces if it can be.",
            "100ms",
            TimeSpan.FromMicroseconds(100));
        UnitOption<int> top = OptionParsers.Number("--top", "Number of ranges to list.", 10, 0, 100_000);
        UnitOption<TrackerChoice> tracker = ManagementOptionSet.TrackerOption();
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("scan", Description) { word, scans, interval, maxStall, top, tracker, tiers, json };
        command.SetAction(parsed =>
        {
            int pid = new ProcessWords(new ProcessIdentityReader()).OneOf(parsed.GetValue(word)!);
            MachineAccess.RequireRoot("scan", "reads other processes' page tables, which only root may");
            using StopSignals signals = new();
            using LinuxMachine machine = MachineAccess.Open(tiers.In(parsed));
            using LinuxProcess process = MachineAccess.Attach(machine, pid, tracker.In(parsed));
            process.PlacementRespect = PlacementRespect.None;
            process.Clearer.MaxStall = maxStall.In(parsed)!.Value;
            StatusLine status = new(console);
            ProcessScan scan = new(machine, process) { OnScan = ScanProgress.On(status, scans.In(parsed), interval.In(parsed)!.Value) };
            ScanReport? report;
            try
            {
                report = scan.Run(scans.In(parsed), interval.In(parsed)!.Value, top.In(parsed), signals.Token);
            }
            finally
            {
                status.Clear();
            }

            if (report is null)
            {
                throw new CommandFailure(ExitCode.Interrupted, "stopped before the last scan", "let it run to its end");
            }

            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, ScanJson.Indented.ScanReport));
            }
            else
            {
                ScanText.Write(console.Text, report);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
