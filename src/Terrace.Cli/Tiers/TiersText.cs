using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Core.Units;

namespace Terrace.Cli.Tiers;

/// <summary>Writes the state of tiers for people.</summary>
internal static class TiersText
{
    private const string Unknown = "–";

    public static void Write(TextOutput output, TiersReport report)
    {
        TextTable tiers = new("tier", "nodes", "size", "free");
        for (int tier = 0; tier < report.Tiers.Count; tier++)
        {
            tiers.Add(
                $"{tier}",
                TopologyText.Ranges(report.Tiers[tier]),
                ByteSize.Format(report.TierSizeBytes[tier]),
                ByteSize.Format(report.TierFreeBytes[tier]));
        }

        output.Write(tiers);
        output.WriteLine();
        if (report.Devices.Count == 0)
        {
            output.WriteLine("no dax devices");
        }
        else
        {
            TextTable devices = new("device", "node", "mode", "size", "memory blocks");
            foreach (DaxReport device in report.Devices)
            {
                devices.Add(
                    device.Name,
                    device.Node is { } node ? $"{node}" : Unknown,
                    device.Mode ?? "no driver",
                    ByteSize.Format(device.SizeBytes),
                    Blocks(device));
            }

            output.Write(devices);
        }

        if (report.CxlUnusedBytes > 0)
        {
            output.WriteText($"{ByteSize.Format(report.CxlUnusedBytes)} of CXL memory in no region, so no memory yet: {report.CxlFix}");
        }

        output.WriteLine();
        output.WriteLine($"new memory blocks: {report.AutoOnlineBlocks ?? Unknown} (auto_online_blocks)");
        IEnumerable<string> groups = report.Isolation?.Groups.Select(entry => entry.Group).Except(report.LostGroups) ?? [];
        output.WriteLine(report.Isolation is { } isolation
            ? $"isolated to nodes {isolation.FastNodes}: {string.Join(", ", groups.DefaultIfEmpty("no group any more"))}"
            : "isolation: none");
        if (report.IsolationGap is { } gap)
        {
            output.WriteText(gap, Tone.Warning);
        }

        if (report.LostGroups.Count > 0)
        {
            output.WriteLine($"set by somebody else since: {string.Join(", ", report.LostGroups)}");
        }
    }

    private static string Blocks(DaxReport device) => device switch
    {
        { Blocks: null } => "only root may see",
        { Blocks: 0 } => Unknown,
        _ when device.MovableBlocks == device.Blocks => $"{device.Blocks} online, movable",
        _ => $"{device.MovableBlocks} online, movable; {device.OfflineBlocks} offline; "
            + $"{device.Blocks - device.MovableBlocks - device.OfflineBlocks} for the kernel too",
    };
}
