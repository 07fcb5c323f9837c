using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux;
using Terrace.Linux.Dax;
using Terrace.Linux.Files;

namespace Terrace.Cli.Tiers;

/// <summary>
/// <c>terrace tiers online</c> and <c>terrace tiers offline</c>: a dax device becomes movable memory of a node, and a device
/// again.
/// </summary>
internal static class TiersHotplugCommand
{
    private const string OnlineDescription = """
        Turn a dax device into memory of its node

        The memory takes movable pages only, so that the kernel's own pages never lie there and it can be taken back. If it is
        interrupted, run the same command again to finish. Needs root.

        The kernel describes each page in 64 bytes, 1.6 % of the memory. They lie in fast memory, except with memmap_on_memory;
        more than a fifth of it they take only with --take-fast.

        Examples:
          sudo terrace tiers online dax0.0
          sudo terrace tiers online 1 --yes --persist   # all of node 1, even NVDIMMs, now and at boot
        """;

    private const string OfflineDescription = """
        Turn a node's memory back into a dax device

        Moves all pages out of its memory, block by block. If it is interrupted, or stopped by a page that cannot be moved, run
        the same command again to continue. Needs root.

        Examples:
          sudo terrace tiers offline dax0.0
          sudo terrace tiers offline 1 --persist
        """;

    public static Command Online(CliConsole console)
    {
        Argument<string> target = Target();
        Option<bool> yes = new("--yes") { Description = "Allow the loss of what is stored on an NVDIMM." };
        Option<bool> persist = new("--persist")
        {
            Description = "Do it at every boot too: writes a file to /etc/daxctl.conf.d (NVDIMMs only).",
        };
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Option<bool> takeFast = new("--take-fast")
        {
            Description = "Allow the descriptors of its pages to take more than a fifth of fast memory.",
        };
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Command command = new("online", OnlineDescription) { target, yes, takeFast, persist, tiers, json };
        command.SetAction(
            parsed => Online(
                console,
                parsed.GetValue(target)!,
                tiers.In(parsed),
                parsed.GetValue(yes),
                parsed.GetValue(takeFast),
                parsed.GetValue(persist),
                parsed.GetValue(json)));
        return command;
    }

    public static Command Offline(CliConsole console)
    {
        Argument<string> target = Target();
        Option<bool> persist = new("--persist") { Description = "Stop doing it at boot: removes the file that online --persist wrote." };
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("offline", OfflineDescription) { target, persist, json };
        command.SetAction(parsed => Offline(console, parsed.GetValue(target)!, parsed.GetValue(persist), parsed.GetValue(json)));
        return command;
    }

    private static Argument<string> Target() => new("DEV|NODE")
    {
        Description = "A dax device, such as dax0.0; or a node, for all its devices.",
        HelpName = "DEV|NODE",
        CompletionSources = { LiveValues.DaxDevices },
    };

    private static int Online(
        CliConsole console, string target, TierChoice? tiers, bool yes, bool takeFast, bool persist, bool json)
    {
        DaxReader reader = new();
        IReadOnlyList<DaxDevice> devices = Find(reader, target);
        MachineAccess.RequireRoot("tiers online", "changes the machine's memory, which only root may");
        DaxctlConfiguration daxctl = new();
        HotplugFit fit = new(reader);
        foreach (DaxDevice device in devices)
        {
            fit.Require(device, yes);
            if (persist)
            {
                daxctl.Require(device);
            }
        }

        if (HotplugFit.RequireRoom(devices, FastBytes(tiers), takeFast) is { } taken)
        {
            console.Error.WriteLine($"terrace: note: {taken}");
        }

        string? file = null;
        bool changed = Follow(console, devices, online: true, json);
        foreach (DaxDevice device in persist ? devices : [])
        {
            file = daxctl.Add(device);
        }

        return Report(console, reader, devices, changed, file, json);
    }

    private static int Offline(CliConsole console, string target, bool persist, bool json)
    {
        DaxReader reader = new();
        IReadOnlyList<DaxDevice> devices = Find(reader, target);
        MachineAccess.RequireRoot("tiers offline", "changes the machine's memory, which only root may");
        DaxctlConfiguration daxctl = new();
        bool changed = Follow(console, devices, online: false, json);
        string? file = null;
        foreach (DaxDevice device in devices)
        {
            if (persist)
            {
                file = daxctl.Remove(device) ?? file;
            }

            if (daxctl.FileOf(device) is { } left)
            {
                console.Error.WriteLine(
                    $"terrace: note: {device.Name} comes online again at the next boot, by "
                        + $"{left}{(persist ? "" : "; add --persist to remove it")}");
            }
        }

        return Report(console, reader, devices, changed, file, json);
    }

    private static IReadOnlyList<DaxDevice> Find(DaxReader reader, string target)
    {
        IReadOnlyList<DaxDevice> all = reader.ReadAll();
        string name = target.StartsWith("/dev/", StringComparison.Ordinal) ? target["/dev/".Length..] : target;
        string number = target.StartsWith("node", StringComparison.Ordinal) ? target["node".Length..] : target;
        bool isNode = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int node);
        IReadOnlyList<DaxDevice> found = [.. all.Where(device => isNode ? device.TargetNode == node : device.Name == name)];
        return found.Count > 0 ? found : throw new CommandFailure(
            ExitCode.Unavailable,
            isNode ? $"no dax device is memory of node {node}" : $"there is no dax device '{name}'",
            all.Count > 0
                ? $"there are {string.Join(", ", all.Select(device => device.Name))}; see terrace tiers"
                : CxlMemory.Read(FileTree.OfHost) is { UnusedBytes: > 0 } cxl
                    ? $"there are {ByteSize.Format(cxl.UnusedBytes)} of CXL memory in no region: {cxl.NextCommand}"
                : "ndctl create-namespace --mode=devdax turns an NVDIMM into one, cxl create-region CXL memory that firmware left alone");
    }

    private static long FastBytes(TierChoice? tiers)
    {
        using LinuxMachine machine = MachineAccess.Open(tiers);
        return machine.Topology.Tiers[0].Sum(machine.Topology.CapacityBytesOf);
    }

    private static bool Follow(CliConsole console, IReadOnlyList<DaxDevice> devices, bool online, bool json)
    {
        using StopSignals signals = new();
        Hotplug hotplug = new();
        bool changed = false;
        foreach (DaxDevice device in devices)
        {
            HotplugResult result = online
                ? hotplug.Online(device.Name, Progress, signals.Token)
                : hotplug.Offline(device.Name, Progress, signals.Token);
            Clear();
            if (result.Status != HotplugStatus.Done)
            {
                throw HotplugFailure.Of(result, online);
            }

            changed |= result.Steps > 0;
            if (!json)
            {
                console.Out.WriteLine(online
                    ? $"{device.Name}: node {result.Device.TargetNode}, {result.Device.Blocks?.Count ?? 0} memory blocks online, "
                        + $"movable{(result.Steps == 0 ? " (it was so already)" : "")}"
                    : $"{device.Name}: {ByteSize.Format(result.Device.SizeBytes)} "
                        + $"offline{(result.Steps == 0 ? " (it was so already)" : "")}");
            }
        }

        return changed;

        void Progress(DaxDevice device, HotplugStep step)
        {
            if (console.ErrorIsTerminal && step.IsOfBlock)
            {
                console.Error.Write(
                    $"\r\e[K{device.Name}: block {step.Block}, {device.Blocks!.Count(block => block.Number <= step.Block)} of "
                        + $"{device.Blocks!.Count}");
            }
        }

        void Clear()
        {
            if (console.ErrorIsTerminal)
            {
                console.Error.Write("\r\e[K");
            }
        }
    }

    private static int Report(CliConsole console, DaxReader reader, IReadOnlyList<DaxDevice> devices, bool changed, string? file, bool json)
    {
        if (json)
        {
            HotplugReport report = new()
            {
                Devices = [.. devices.Select(device => reader.Read(device.Name)).OfType<DaxDevice>().Select(DaxReport.Of)],
                Changed = changed,
                PersistFile = file,
            };
            console.Out.WriteLine(JsonSerializer.Serialize(report, TiersJson.Indented.HotplugReport));
        }
        else if (file is not null)
        {
            console.Out.WriteLine(File.Exists(file) ? $"at every boot: {file}" : $"removed: {file}");
        }

        return ExitCode.Ok;
    }
}
