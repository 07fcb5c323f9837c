using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
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

        string state = status.Paused ? "paused" : status.DryRun ? "deciding only (dry run)" : "managing";
        TextWriter output = console.Out;
        output.WriteLine(
            $"{status.Program}, process {status.Pid}, {state} for {HumanDuration.Format(TimeSpan.FromSeconds(status.UptimeSeconds))}");
        output.WriteLine(
            $"  configuration   {status.Configuration}, read "
                + $"{HumanDuration.Format(TimeSpan.FromSeconds(status.ConfigurationAgeSeconds))} ago: {Rules(status)}");
        output.WriteLine($"  targets         {status.Processes} processes in {status.Groups} groups; see terrace targets");
        output.WriteLine($"  fast memory     {ByteSize.Format(status.FastFreeBytes)} free of {ByteSize.Format(status.FastBytes)}");
        output.WriteLine($"  slow memory     {ByteSize.Format(status.SlowFreeBytes)} free of {ByteSize.Format(status.SlowBytes)}");
        output.WriteLine($"  moved           {ByteSize.Format(status.PromotedBytes)} up, {ByteSize.Format(status.DemotedBytes)} down");
        output.WriteLine(
            $"  cost            {Percent.Of(status.CpuShare)} of one CPU (limit {Percent.Of(status.CpuLimit)}), "
                + $"{ByteSize.Format(status.RssBytes)} of memory, {ByteSize.Format(status.TrackingBytes)} of it for tracking");
        if (status.Kernel is { } kernel)
        {
            string held = string.Join(
                ", ",
                kernel.Held.Select(
                    knob => knob.Now == knob.Held
                        ? $"{knob.Name} {knob.Held} (was {knob.Before})"
                        : $"{knob.Name} {knob.Now ?? "gone"}, set by somebody else"));
            output.WriteLine(
                $"  kernel tiering  "
                    + $"{(kernel.Mode == "leave" ? "left as it is" : $"mode {kernel.Mode}")}{(held.Length > 0 ? ": " + held : "")}");
            if (kernel.Problem is { } refused)
            {
                output.WriteLine($"  note            the kernel's settings are not what host.kernel asks for: {refused}");
            }
        }

        output.WriteLine($"  pressure        {Waiting(status)}");
        if (status.BackOff.Count > 0)
        {
            output.WriteLine(
                $"  back-off        {status.HeldBack} of {status.Processes} processes are moved or scanned less: "
                    + $"{BackOffNames.Describe(status.BackOff)}");
        }

        if (!status.ProcessEvents)
        {
            output.WriteLine("  note            the kernel reports no process events: /proc is searched every second instead");
        }

        if (status.ReloadProblem is { } problem)
        {
            output.WriteLine($"  note            the configuration on disk is bad, the previous one is in force: {problem}");
        }

        if (status.WaitingProcesses > 0)
        {
            output.WriteLine($"  note            {NotManaged(status)}");
        }

        foreach (string warning in status.Warnings)
        {
            output.WriteLine($"  note            {warning}");
        }

        return ExitCode.Ok;
    }

    private static string Rules(DaemonStatus status) =>
        $"{status.Rules} {(status.Rules == 1 ? "rule" : "rules")}"
            + (status.IdleRules == 0 ? "" : $", {status.IdleRules} of them without a process (terrace config match lists them)");

    private static string NotManaged(DaemonStatus status) =>
        (status.WaitingProcesses == 1 ? "1 process that a rule takes is" : $"{status.WaitingProcesses} processes that rules take are")
            + $" not managed: {status.DescriptorLimit} open files allow no more; raise LimitNOFILE= of the service, or ulimit -n";

    private static string Waiting(DaemonStatus status)
    {
        string off = status.BacksOff ? "" : "; moves ignore it (back-off: off)";
        return status.MemoryPressure is null && status.CpuPressure is null
            ? $"the kernel does not report it (this needs CONFIG_PSI, and psi=1 where that is not the default){off}"
            : $"tasks waited for memory in {Percent.Of(status.MemoryPressure)} of the time, for a CPU in "
                + $"{Percent.Of(status.CpuPressure)}{off}";
    }
}
