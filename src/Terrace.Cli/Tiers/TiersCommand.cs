using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.ControlGroups;
using Terrace.Linux.Dax;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Tiers;

/// <summary><c>terrace tiers</c>: prepares slow memory, and keeps other groups off it.</summary>
internal static class TiersCommand
{
    private const string Description = """
        Prepare slow memory, and keep other groups off it

        By itself it shows the tiers, the dax devices, and what is isolated; that needs no root.

        Examples:
          terrace tiers
          sudo terrace tiers online dax0.0                    # turn a dax device into movable memory
          sudo terrace tiers offline dax0.0                   # and back into a device
          sudo terrace tiers isolate --except machine.slice   # keep all other groups off slow nodes
          sudo terrace tiers isolate --undo
        """;

    public static Command Create(CliConsole console)
    {
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("tiers", Description) { tiers, json };
        command.Subcommands.Add(TiersHotplugCommand.Online(console));
        command.Subcommands.Add(TiersHotplugCommand.Offline(console));
        command.Subcommands.Add(TiersIsolateCommand.Create(console));
        command.SetAction(parsed => Show(console, tiers.In(parsed), parsed.GetValue(json)));
        return command;
    }

    private static int Show(CliConsole console, TierChoice? tiers, bool json)
    {
        using LinuxMachine machine = MachineAccess.Open(tiers);
        DaxReader dax = new();
        IsolationRecord? isolation = new IsolationStore().Read();
        IReadOnlyList<string> lost = isolation is null ? [] : Lost(isolation, new CpusetTree().Groups());
        TiersReport report = TiersReport.Of(
            machine,
            dax.ReadAll().Select(DaxReport.Of),
            dax.AutoOnline,
            isolation,
            lost,
            CxlMemory.Read(FileTree.OfHost),
            IsolationGap.Of(machine.KernelTiering, KernelRelease.Current, machine.Topology));
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, TiersJson.Indented.TiersReport));
        }
        else
        {
            TiersText.Write(console.Text, report);
        }

        return ExitCode.Ok;
    }

    private static List<string> Lost(IsolationRecord isolation, IReadOnlyList<CpusetGroup> groups) =>
        [
            .. isolation.Groups.Where(entry => groups.FirstOrDefault(group => group.Name == entry.Group)?.Mems != entry.Set)
                .Select(entry => entry.Group),
        ];
}
