using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Reports.Events;

namespace Terrace.Cli.Control;

/// <summary><c>terrace status</c>: how the daemon does.</summary>
internal static class StatusCommand
{
    public static Command Create(CliConsole console)
    {
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("status", """
            Show how the daemon is doing

            Shows what it manages, how much memory is free in each tier, what it has moved, and what it costs.

            Examples:
              terrace status
              terrace status --json
            """) { runFolder, json };
        command.SetAction(parsed => Run(console, parsed.GetValue(runFolder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(CliConsole console, string runFolder, bool json)
    {
        DaemonStatus status = DaemonOption.Ask(runFolder, new ControlRequest { Command = ControlCommand.Status }).Status!;
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(status, ControlJson.Default.DaemonStatus));
            return ExitCode.Ok;
        }

        Write(console.Text, status);
        return ExitCode.Ok;
    }

    /// <summary>Writes it for people.</summary>
    internal static void Write(TextOutput output, DaemonStatus status)
    {
        string state = status.Paused ? "paused" : status.DryRun ? "deciding only (dry run)" : "managing";
        output.WriteText(
            $"{ProgramVersion.Of(status.Program)}, process {status.Pid}, {state} for "
                + HumanDuration.Format(TimeSpan.FromSeconds(status.UptimeSeconds)));
        Line(
            output,
            "configuration",
            $"{status.Configuration}, read "
                + $"{HumanDuration.Format(TimeSpan.FromSeconds(status.ConfigurationAgeSeconds))} ago: {Rules(status)}");
        Line(
            output,
            "targets",
            $"{Counted.Of(status.Processes, "process")} in {Counted.Of(status.Groups, "group")}{Paused(status)}; "
                + "see terrace targets");
        Line(
            output,
            "fast memory",
            $"{ByteSize.Format(status.FastFreeBytes)} free of {ByteSize.Format(status.FastBytes)}; "
                + $"{ByteSize.Format(status.FastManagedBytes)} managed, {ByteSize.Format(status.FastOthersBytes)} of other processes, "
                + $"{ByteSize.Format(status.FastCacheBytes)} page cache, {ByteSize.Format(status.FastKernelBytes)} kernel and huge "
                + "page pools");
        Line(output, "slow memory", $"{ByteSize.Format(status.SlowFreeBytes)} free of {ByteSize.Format(status.SlowBytes)}");
        Line(output, "moved", $"{ByteSize.Format(status.PromotedBytes)} up, {ByteSize.Format(status.DemotedBytes)} down");
        Line(
            output,
            "CPU",
            $"last minute {Percent.Of(status.CpuShareLastMinute)} of one CPU, since the start "
                + $"{Percent.Of(status.CpuShare)}; {Limit(status)}");
        Line(
            output,
            "own memory",
            $"{ByteSize.Format(status.RssBytes)}, {ByteSize.Format(status.TrackingBytes)} of it for tracking");
        if (status.Kernel is { } kernel)
        {
            string held = string.Join(
                ", ",
                kernel.Held.Select(
                    knob => knob.Now == knob.Held
                        ? $"{knob.Name} {knob.Held} (was {knob.Before})"
                        : $"{knob.Name} {knob.Now ?? "gone"}, set by somebody else"));
            Line(
                output,
                "kernel tiering",
                $"{(kernel.Mode == "leave" ? "left as it is" : $"mode {kernel.Mode}")}{(held.Length > 0 ? ": " + held : "")}");
            if (kernel.Problem is { } refused)
            {
                Line(output, "note", $"the kernel's settings are not what host.kernel asks for: {refused}");
            }
        }

        Line(output, "pressure", Waiting(status));
        if (status.BackOff.Count > 0)
        {
            Line(
                output,
                "back-off",
                $"{status.HeldBack} of {Counted.Of(status.Processes, "process")} moved or scanned less: "
                    + $"{BackOffNames.Describe(status.BackOff)}");
        }

        if (status.MissingShare > 0)
        {
            Line(
                output,
                "shares missed",
                $"{status.MissingShare} of {Counted.Of(status.Processes, "process")}: "
                    + $"{MissedNames.Describe(status.MissedBecause, status.FullNodes)}");
        }

        if (!status.ProcessEvents)
        {
            Line(output, "note", "the kernel reports no process events: /proc is searched every second instead");
        }

        if (status.ReloadProblem is { } problem)
        {
            Line(output, "note", $"the configuration on disk is bad, the previous one is in force: {problem}");
        }

        if (status.ManagedElsewhere > 0)
        {
            Line(
                output,
                "note",
                "left to terrace run or manage until that ends, of processes that rules take: "
                    + status.ManagedElsewhere);
        }

        if (status.WithheldBytes > 0)
        {
            Line(
                output,
                "note",
                $"fixed shares keep {ByteSize.Format(status.WithheldBytes)} out of fast memory that it has room for; "
                    + "fast: auto in a rule lets it in");
        }

        if (status.WaitingProcesses > 0)
        {
            Line(output, "note", NotManaged(status));
        }

        if (status.AsideProcesses > 0)
        {
            output.WriteLine($"  note            {Aside(status)}");
        }

        if (status.UnseenProcesses > 0)
        {
            Line(
                output,
                "note",
                $"{Counted.Of(status.UnseenProcesses, "process")} not looked at yet, because their users have very many, or very long "
                    + "command lines; others are not delayed");
        }

        foreach (string warning in status.Warnings)
        {
            Line(output, "note", warning);
        }
    }

    private static void Line(TextOutput output, string label, string text) => output.WriteNextTo([$"  {label,-15} "], text);

    private static string Paused(DaemonStatus status) =>
        status.PausedGroups == 0 ? "" : $", {status.PausedGroups} of them paused (terrace resume)";

    // What is saved up may be spent at once, so that more than the limit in a short time is no defect.
    private static string Limit(DaemonStatus status) => status.CpuCreditSeconds switch
    {
        null => "no limit",
        > 0 and var left => string.Create(
            CultureInfo.InvariantCulture,
            $"limit {Percent.Of(status.CpuLimit)} over time, {left:0.0} s of {status.CpuCreditMaxSeconds:0.#} s credit left"),
        _ => $"limit {Percent.Of(status.CpuLimit)} over time, credit used up: scans and moves wait for it",
    };

    private static string Rules(DaemonStatus status) =>
        Counted.Of(status.Rules, "rule")
            + (status.IdleRules == 0 ? "" : $", {status.IdleRules} of them without a process (terrace config match lists them)");

    private static string NotManaged(DaemonStatus status) =>
        (status.WaitingProcesses == 1 ? "1 process that a rule takes is" : $"{status.WaitingProcesses} processes that rules take are")
            + $" not managed: {status.DescriptorLimit} open files allow no more; raise LimitNOFILE= of the service, or ulimit -n";

    private static string Aside(DaemonStatus status)
    {
        string which = status.Aside.Count == 0 ? ""
            : ": " + string.Join(", ", status.Aside.Select(one => $"{one.Pid} ({Printable.Of(one.Name ?? "ended")}) for {one.Seconds:0} s"))
                + (status.AsideProcesses > status.Aside.Count ? ", and others" : "");
        return $"{Counted.Of(status.AsideProcesses, "process")} put aside, because something holds the lock of the memory{which}";
    }

    private static string Waiting(DaemonStatus status)
    {
        string off = status.BacksOff ? "" : "; moves ignore it (back-off: off)";
        return status.MemoryPressure is null && status.CpuPressure is null
            ? $"the kernel does not report it (this needs CONFIG_PSI, and psi=1 where that is not the default){off}"
            : $"tasks waited for memory in {Percent.Of(status.MemoryPressure)} of the time, for a CPU in "
                + $"{Percent.Of(status.CpuPressure)}{off}";
    }
}
