using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Daemon.Requests;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Control;

/// <summary><c>terrace explain</c>: why a page is where it is.</summary>
internal static class ExplainCommand
{
    public static Command Create(CliConsole console)
    {
        Argument<int> pid = PidReader.Argument();
        Argument<string> address = new("ADDRESS")
        {
            Description = "An address in it, in hexadecimal, as in /proc/PID/maps.",
            HelpName = "ADDRESS",

            // Before the daemon is looked for: what is wrong with the words is wrong with any daemon.
            Validators =
            {
                result =>
                {
                    if (!ExplainRequest.TryReadAddress(result.Tokens[0].Value, out _))
                    {
                        result.AddError($"'{Printable.Of(result.Tokens[0].Value)}' is not an address; {ExplainRequest.AddressFix}");
                    }
                },
            },
        };
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("explain", """
            Explain why a page of a managed process is where it is

            Shows which tier the page is in, how hot it is, why it is there and what would move it.

            Examples:
              sudo terrace explain 1234 7f3a5c000000
              sudo terrace explain 1234 7f3a5c000000 --json
            """) { pid, address, runFolder, json };
        command.SetAction(
            parsed => Run(console, parsed.GetValue(pid), parsed.GetValue(address)!, parsed.GetValue(runFolder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(CliConsole console, int pid, string address, string runFolder, bool json)
    {
        ControlRequest request = new()
        {
            Command = ControlCommand.Explain,
            Target = pid.ToString(CultureInfo.InvariantCulture),
            Address = address,
        };
        PageExplanation page = DaemonOption.Ask(runFolder, request).Page!;
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(page, ControlJson.Default.PageExplanation));
            return ExitCode.Ok;
        }

        TextOutput output = console.Text;
        output.WriteText($"{page.Address} of {Printable.Of(page.Name)} ({page.Pid}), group {page.Group}");
        Line(
            output,
            "mapping",
            $"{Printable.Of(page.Mapping ?? "none")}{(page.Treatment is { } treatment ? $", treated as {treatment}" : "")}");
        if (page.Area is { } area)
        {
            Line(output, "area", Printable.Of(area));
        }

        if (page.GuestMemory)
        {
            Line(
                output,
                "guest memory",
                $"{(page.GuestAddress is { } guest ? $"guest-physical {guest}" : "its guest-physical address is not known")}");
        }

        if (page.Known)
        {
            Line(
                output,
                "page",
                $"{KindOf(page)}, tier {page.Tier}, node "
                    + $"{string.Join(" or ", page.Nodes)}");
            Line(output, "heat", $"{page.Heat} of 30; accessed in {page.Count} of the last {Counted.Of(page.Scans, "scan")}");
            Line(
                output,
                "fast from heat",
                $"{page.HotThreshold} on; the process has {ByteSize.Format(page.FastBytes)} and may have "
                    + $"{ByteSize.Format(page.BudgetBytes)}");
        }

        Line(output, "why", page.Why);
        Line(output, "to move it", page.WhatWouldMoveIt);
        return ExitCode.Ok;
    }

    private static string KindOf(PageExplanation page) =>
        page.Huge ? "huge (2 MiB)" : page.FolioBytes > 0 ? $"of a folio ({ByteSize.Format(page.FolioBytes)})" : "base (4 KiB)";

    private static void Line(TextOutput output, string label, string text) => output.WriteNextTo([$"  {label,-15} "], text);
}
