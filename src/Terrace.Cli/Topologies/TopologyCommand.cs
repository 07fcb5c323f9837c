using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Guests;
using Terrace.Linux;

namespace Terrace.Cli.Topologies;

/// <summary><c>terrace topology</c>: the machine's memory as Terrace sees it.</summary>
internal static class TopologyCommand
{
    private const string Description = """
        Show the machine's memory: nodes, tiers, latencies

        Also shows where cold pages of each node are demoted to, and hot ones promoted to. In a guest that follows its host's
        layout (terrace layout follow) it also shows where the guest's memory really lies. Needs no root.

        Examples:
          terrace topology
          terrace topology --tiers 0/1     # as if node 1 were the slow one
          terrace topology --json
        """;

    public static Command Create(CliConsole console)
    {
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("topology", Description) { tiers, json };
        command.SetAction(parsed =>
        {
            HostTierSource followed = new(FollowedLayout.PathIn(DaemonSettings.StandardRunFolder), TimeProvider.System);
            using LinuxMachine machine = MachineAccess.Open(followed, tiers.In(parsed));
            TopologyReport report = TopologyReport.Of(machine, machine.KernelTiering, followed, machine.Frames);
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, TopologyJson.Indented.TopologyReport));
            }
            else
            {
                TopologyText.Write(console.Text, report);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
