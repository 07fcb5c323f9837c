using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Reports.Events;

namespace Terrace.Cli.Control;

/// <summary><c>terrace targets</c>: what the daemon manages.</summary>
internal static class TargetsCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<string?> name = new("TARGET")
        {
            Description = "A group or process: only this one, with the kernel's own account of its control groups.",
            HelpName = "TARGET",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> json = new("--json") { Description = "Write one line of JSON for each group." };
        Command command = new("targets", """
            Show what the daemon manages, and how much is in fast memory

            Lists the groups that share fast memory and their processes: what they hold, what they may have, and which part of
            their accesses fast memory serves. Without root or membership of the group terrace, only your own processes.

            Examples:
              sudo terrace targets
              sudo terrace targets databases
              sudo terrace targets --json
            """) { name, runFolder, json };
        command.SetAction(parsed => Run(console, parsed.GetValue(name), parsed.GetValue(runFolder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(CliConsole console, string? name, string runFolder, bool json)
    {
        ControlResponse answer = DaemonOption.Ask(runFolder, new ControlRequest { Command = ControlCommand.Targets });
        IReadOnlyList<GroupStatus> groups = answer.Groups!;
        if (name is not null)
        {
            groups =
            [
                .. groups.Where(
                    group => group.Name == name
                        || group.Rule == name
                        || group.Processes.Any(process => process.Pid.ToString(CultureInfo.InvariantCulture) == name)),
            ];
            if (groups.Count == 0)
            {
                throw new CommandFailure(
                    ExitCode.NoSuchProcess,
                    $"there is no target '{Printable.Of(name)}', or it is another user's",
                    "terrace targets lists all groups and processes");
            }
        }

        if (json)
        {
            foreach (GroupStatus group in groups)
            {
                console.Out.WriteLine(JsonSerializer.Serialize(group, ControlJson.Default.GroupStatus));
            }

            return ExitCode.Ok;
        }

        Write(console.Text, groups, name is null ? answer.NotShown ?? 0 : 0);
        if (name is not null)
        {
            CgroupText.Write(console.Text, groups);
            MeansText.Write(console.Text, groups);
            MeansText.WriteHugePages(console.Text, groups);
        }

        return ExitCode.Ok;
    }

    /// <summary>Writes groups for people; <paramref name="notShown"/> is the number of processes that are other users'.</summary>
    internal static void Write(TextOutput output, IReadOnlyList<GroupStatus> groups, int notShown)
    {
        if (groups.Count == 0)
        {
            output.WriteLine(
                notShown == 0 ? "nothing is managed; terrace config match shows what each rule would match"
                    : $"none of your processes is managed; {Counted.Of(notShown, "process")} of others not shown (sudo terrace targets)");
            return;
        }

        TextTable table = new(
            "target",
            "share",
            "memory",
            "in fast",
            "may have",
            "fast",
            "accesses served",
            "moved up",
            "moved down",
            "longest stall",
            "held back by");
        foreach (GroupStatus group in groups)
        {
            string share = group.Fast + (group.FastByRule is { } rule ? $" (rule: {rule})" : "") + (group.Paused ? ", paused" : "");
            table.Add(
                group.Name,
                share,
                Size(group.Bytes, group.Processes),
                Size(group.FastBytes, group.Processes),
                Size(group.BudgetBytes, group.Processes),
                Share(group.FastBytes, group.Bytes),
                Percent.Of(Hits(group.Processes)),
                Size(group.Processes.Sum(process => process.PromotedBytes), group.Processes),
                Size(group.Processes.Sum(process => process.DemotedBytes), group.Processes),
                Stall(group.Processes),
                "");
            foreach (TargetStatus process in group.Processes)
            {
                table.Add(
                    $"  {process.Pid} {process.Vm ?? process.Name}",
                    "",
                    Size(process.Bytes, [process]),
                    Size(process.FastBytes, [process]),
                    Size(process.BudgetBytes, [process]),
                    Share(process.FastBytes, process.Bytes),
                    Percent.Of(process.HitRatio),
                    Size(process.PromotedBytes, [process]),
                    Size(process.DemotedBytes, [process]),
                    Stall([process]),
                    HeldBackBy(process));
                foreach (AreaStatus area in process.Areas ?? [])
                {
                    table.Add(
                        $"    {area.Name}",
                        area.Fast,
                        ByteSize.Format(area.Bytes),
                        ByteSize.Format(area.FastBytes),
                        ByteSize.Format(area.BudgetBytes),
                        Share(area.FastBytes, area.Bytes),
                        "",
                        "",
                        "",
                        "",
                        "");
                }
            }
        }

        output.Write(table);
        if (groups.SelectMany(group => group.Processes).Any(process => !IsLookedAt(process)))
        {
            output.WriteLine("–: not known yet, before the first round is over");
        }

        if (notShown > 0)
        {
            output.WriteLine($"{Counted.Of(notShown, "process")} of others not shown (sudo terrace targets)");
        }
    }

    private static string HeldBackBy(TargetStatus process)
    {
        // What back-off and pinned pages are said of otherwise, and more exactly.
        string[] others = ["backOff", "pinned"];
        string[] reasons =
        [
            process.ImmovableBytes == 0 ? "" : $"{ByteSize.Format(process.ImmovableBytes)} that cannot be moved",
            process.UntrackedBytes == 0 ? "" : $"{ByteSize.Format(process.UntrackedBytes)} of huge page pools, not seen",
            process.UnfollowedBytes == 0
                ? "" : $"accesses through {ByteSize.Format(process.UnfollowedBytes)} of pages mapped more than 64 times over, not seen",
            BackOffNames.Describe(process.BackOff),
            MissedNames.Describe(process.MissedBecause.Except(others), process.FullNodes),
        ];
        return string.Join(", ", reasons.Where(reason => reason.Length > 0));
    }

    // Before that nothing is known, which is not the same as none.
    private static bool IsLookedAt(TargetStatus process) =>
        process.Rounds > 0 || process.Bytes > 0 || process.PromotedBytes > 0 || process.DemotedBytes > 0;

    private static string Size(long bytes, IEnumerable<TargetStatus> processes) =>
        processes.Any(IsLookedAt) ? ByteSize.Format(bytes) : Percent.Of(null);

    private static string Stall(IReadOnlyList<TargetStatus> processes) =>
        processes.Any(IsLookedAt)
            ? HumanDuration.Format(TimeSpan.FromMilliseconds(processes.Max(process => process.LongestStallMs)))
            : Percent.Of(null);

    // Of all accesses to these processes' memory, as far as heat tells: each counts by what it holds.
    private static double? Hits(IReadOnlyList<TargetStatus> processes)
    {
        TargetStatus[] known = [.. processes.Where(process => process.HitRatio is not null)];
        double bytes = known.Sum(process => (double)process.Bytes);
        return bytes == 0 ? null : known.Sum(process => process.HitRatio!.Value * process.Bytes) / bytes;
    }

    private static string Share(long part, long whole) => Percent.Of(whole > 0 ? (double)part / whole : null);
}
