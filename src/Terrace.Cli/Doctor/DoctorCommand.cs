using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Failures;

namespace Terrace.Cli.Doctor;

/// <summary><c>terrace doctor</c>: what works on this host, what does not, and how to fix it.</summary>
internal static class DoctorCommand
{
    private const string Description = """
        Check what works on this host, and how to fix what does not

        Looks at everything that Terrace needs of this host: what works, what does not, what that would be good for, and the
        exact command or kernel option that fixes it. Changes nothing. Without root it sees less.

        Examples:
          sudo terrace doctor
          sudo terrace doctor --json

        Exit codes:
          0   Terrace can manage processes here
          69  something essential is missing
        """;

    public static Command Create(CliConsole console)
    {
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("doctor", Description) { tiers, json };
        command.SetAction(parsed =>
        {
            TierChoice? choice = tiers.In(parsed);
            DoctorHost host = new(HostProbes.OfThisMachine(), tiers: choice);
            if (host.Machine is { } machine && MachineAccess.ProblemOf(choice, machine.Topology) is { } misfit)
            {
                throw new CommandFailure(ExitCode.Usage, misfit);
            }

            DoctorReport report = DoctorReport.Of(host);
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, DoctorJson.Indented.DoctorReport));
            }
            else
            {
                DoctorText.Write(console.Text, report);
            }

            return report.CanManage ? ExitCode.Ok : ExitCode.Unavailable;
        });
        return command;
    }
}
