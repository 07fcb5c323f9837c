using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.Layout.Plan;

/// <summary><c>terrace layout plan</c>: a layout for some memory by what of it is hot.</summary>
internal static class LayoutPlanCommand
{
    private const string Description = """
        Propose a layout by heat: hot blocks on the fast node

        Scans for a while, then proposes to put the hottest blocks on the fast node and the rest on the slow one, in large blocks
        that suit huge pages. Before anything moves it shows what that buys: the share of accesses that fast memory would serve,
        what moves, and what is lost compared with placing single pages. Needs root.

        Examples:
          sudo terrace layout plan $(pidof qemu-system-x86_64) --fast 30%
          sudo terrace layout plan $(pidof qemu-system-x86_64) --scans 30 --output layout.yaml
          sudo terrace layout plan /dev/shm/guest --fast 8G --block 1GiB --apply
        """;

    public static Command Create(CliConsole console)
    {
        LayoutOptionSet common = new(changes: true, begins: false);
        UnitOption<FastShare> fast = OptionParsers.Share(
            "What may be in fast memory: a part of the memory (30%), a size (8G), or auto (what is there now, and what is free).");
        UnitOption<ulong> block = OptionParsers.Make<ulong>(
            "--block",
            "Size of a block, which is placed as a whole: 2MiB or 512 pages, for example.",
            "SIZE",
            "2MiB",
            LayoutCommand.ReadBlock);
        UnitOption<int> scans = OptionParsers.Number("--scans", "Number of scans.", 10, 1, LayoutScan.MostScans);
        UnitOption<TimeSpan?> interval = OptionParsers.Duration(
            "--interval", "Time between two scans.", "1s", TimeSpan.FromMilliseconds(1));
        UnitOption<TrackerChoice> tracker = ManagementOptionSet.TrackerOption();
        Option<string?> output = new("--output", "-o")
        {
            Description = "Write the layout to this file, for terrace layout apply.",
            HelpName = "FILE",
        };
        Option<bool> apply = new("--apply") { Description = "Apply it at once, as terrace layout apply does." };
        Command command = new("plan", Description) { fast, block, scans, interval, tracker, output, apply };
        common.AddTo(command);
        command.SetAction(parsed => new LayoutPlanRun(
            console,
            new LayoutPlanOptions
            {
                Target = parsed.GetValue(common.Target)!,
                Share = fast.In(parsed),
                BlockPages = block.In(parsed),
                Scans = scans.In(parsed),
                Interval = interval.In(parsed)!.Value,
                Tracker = tracker.In(parsed),
                Output = parsed.GetValue(output),
                Apply = parsed.GetValue(apply),
                Json = common.Json(parsed),
                Change = common.In(parsed),
            }).Run());
        return command;
    }
}
