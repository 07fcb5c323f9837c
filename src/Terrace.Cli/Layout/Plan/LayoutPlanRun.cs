using System.Text;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Migration;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux;
using Terrace.Linux.Layout;
using Terrace.Linux.Mappings;

namespace Terrace.Cli.Layout.Plan;

/// <summary>One <c>terrace layout plan</c>, from its target to its exit code.</summary>
internal sealed class LayoutPlanRun(CliConsole console, LayoutPlanOptions options)
{
    public int Run()
    {
        MachineAccess.RequireRoot("layout", "reads other processes' pages and moves them, which only root may");
        using StopSignals signals = new();
        using LinuxMachine machine = MachineAccess.Open(options.Change.Tiers);
        MachineAccess.RequireSlowTier(machine.Topology);
        using LayoutMemory memory = LayoutRun.OpenMemory(options.Target);
        LayoutBounds bounds = LayoutBounds.Of(memory, machine);
        if (bounds.Pages / options.BlockPages > MemoryLayout.MaxRanges)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"--block: {PageText.Format(options.BlockPages)} gives more than {MemoryLayout.MaxRanges} blocks",
                "choose larger ones");
        }

        using OutputFile? output = options.Output is { } named ? OutputFile.Check("--output", named, OutputContent.Layout) : null;
        LayoutProgress progress = new(console, bounds.End);
        LayoutProposal proposal = Propose(memory, bounds, machine, progress, signals.Token);
        LayoutPlanReport report = proposal.Report;
        if (output is not null)
        {
            string text = LayoutFileText.Of(proposal.Plan.Layout, bounds.Pages, $"by terrace layout plan, for {memory.Name}");
            output.Write(stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            report = report with { File = options.Output };
        }

        if (options.Apply)
        {
            LayoutSession session = new(memory, machine, new LayoutStore(), options.Change, progress, signals.Token);
            report = report with
            {
                Applied = session.Change(
                    proposal.Plan.Layout, $"plan --fast {options.Share} --block {PageText.Format(options.BlockPages)}"),
            };
        }

        if (options.Json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, LayoutPlanJson.Default.LayoutPlanReport));
        }
        else
        {
            LayoutPlanText.Write(console.Text, report, options.Target);
            if (report.Applied is { } applied)
            {
                LayoutText.Write(console.Text, applied);
            }
        }

        foreach (string note in report.Notes)
        {
            console.Error.WriteLine($"terrace: note: {note}");
        }

        return report.Applied is { } done ? LayoutRun.Conclude(console, done, options.Target) : ExitCode.Ok;
    }

    private LayoutProposal Propose(
        LayoutMemory memory, LayoutBounds bounds, LinuxMachine machine, LayoutProgress progress, CancellationToken stop)
    {
        List<LayoutUser> users = Attach(memory, machine);
        try
        {
            PageHeat heat = new(bounds.Memory);
            if (!new LayoutScan(users, progress, stop).Run(heat, options.Scans, options.Interval))
            {
                throw new CommandFailure(
                    ExitCode.Interrupted, "stopped before the last scan; nothing was changed", "let it run to its end");
            }

            RequireGuestsSeen(users);
            HeatBlocks blocks = new(bounds.Memory, options.BlockPages, machine.Topology, heat);
            TransplantEnd end = new Transplant(
                memory, new TokenBucket(options.Change.RateLimitBytesPerSecond, TimeProvider.System), stop).Survey(blocks.Add);
            if (end.Outcome != TransplantOutcome.Done)
            {
                throw end.Outcome switch
                {
                    TransplantOutcome.Gone => new CommandFailure(ExitCode.NoSuchProcess, end.What, "plan for memory that does not go away"),
                    TransplantOutcome.Stopped => new CommandFailure(
                        ExitCode.Interrupted, "stopped before there was a plan; nothing was changed", "let it run to its end"),
                    _ => new CommandFailure(ExitCode.Unavailable, end.What, "try again when the machine has more memory free"),
                };
            }

            machine.Refresh();
            return LayoutProposal.Of(blocks, options.Share, machine, new LayoutPlanReport
            {
                Memory = memory.Name,
                IsGuest = memory.IsGuest,
                Pages = (long)bounds.Pages,
                Processes = [.. users.Select(user => new LayoutUserReport(user.Process.Pid, user.Process.Name, user.Process.Tracker.Name))],
                Scans = options.Scans,
                IntervalMs = options.Interval.TotalMilliseconds,
                BlockPages = (long)options.BlockPages,
            });
        }
        finally
        {
            users.ForEach(user => user.Process.Dispose());
        }
    }

    // Those that use the memory; one that ended since it was found, or may not be tracked, is none as long as there are others.
    private List<LayoutUser> Attach(LayoutMemory memory, LinuxMachine machine)
    {
        List<LayoutUser> users = [];
        AttachError? refused = null;
        foreach (IGrouping<int, LayoutMapping> mappings in memory.FindMappings().GroupBy(mapping => mapping.Pid))
        {
            if (machine.Attach(mappings.Key, out LinuxProcess? process, out AttachError? error, options.Tracker))
            {
                process!.PlacementRespect = PlacementRespect.None;
                users.Add(new LayoutUser(process, [.. mappings]));
            }
            else
            {
                refused = error;
            }
        }

        return users.Count > 0 ? users
            : throw (refused is not null ? MachineAccess.FailureOf(refused)
                : new CommandFailure(
                    ExitCode.Unavailable,
                    $"no process shares {memory.Name}, so none of it is hot",
                    "plan while it is in use; terrace layout stripe, push and set place it without a plan"));
    }

    // Without what the guest accesses all but the device models' buffers would look cold.
    private static void RequireGuestsSeen(List<LayoutUser> users)
    {
        if (users.Find(user => user.Process is LinuxProcess { HidesGuest: true }) is { } hidden)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"what the guest of process {hidden.Process.Pid} accesses cannot be seen here; nothing was changed",
                "this needs Linux 6.12 or newer, the multi-generational LRU and debugfs: terrace doctor checks for them; or --tracker "
                    + "idle-bitmap");
        }
    }
}
