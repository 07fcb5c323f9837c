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
        IReadOnlyList<GroupStatus> groups = DaemonOption.Ask(runFolder, new ControlRequest { Command = ControlCommand.Targets }).Groups!;
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

        if (groups.Count == 0)
        {
            console.Out.WriteLine("nothing is managed; terrace config match shows what each rule would match");
            return ExitCode.Ok;
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
                ByteSize.Format(group.Bytes),
                ByteSize.Format(group.FastBytes),
                ByteSize.Format(group.BudgetBytes),
                Share(group.FastBytes, group.Bytes),
                "",
                "",
                "",
                "",
                "");
            foreach (TargetStatus process in group.Processes)
            {
                table.Add(
                    $"  {process.Pid} {process.Vm ?? process.Name}",
                    "",
                    ByteSize.Format(process.Bytes),
                    ByteSize.Format(process.FastBytes),
                    ByteSize.Format(process.BudgetBytes),
                    Share(process.FastBytes, process.Bytes),
                    Percent.Of(process.HitRatio),
                    ByteSize.Format(process.PromotedBytes),
                    ByteSize.Format(process.DemotedBytes),
                    HumanDuration.Format(TimeSpan.FromMilliseconds(process.LongestStallMs)),
                    BackOffNames.Describe(process.BackOff));
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

        console.Text.Write(table);
        if (name is not null)
        {
            CgroupText.Write(console.Text, groups);
        }

        return ExitCode.Ok;
    }

    private static string Share(long part, long whole) => Percent.Of(whole > 0 ? (double)part / whole : null);
}
