using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Topologies;

/// <summary>Writes a topology for people.</summary>
internal static class TopologyText
{
    private const string Unknown = "–";

    /// <summary>Nodes named in a cell; JSON has them all.</summary>
    private const int MostTargets = 3;

    public static void Write(TextOutput output, TopologyReport report)
    {
        TextTable table = new(
            "node", "tier", "size", "free", "CPUs", "read", "write", "bandwidth r/w", "demotes to", "promotes to", "devices");
        foreach (NodeReport node in report.Nodes.OrderBy(node => node.Tier ?? int.MaxValue).ThenBy(node => node.Id))
        {
            table.Add(
                Number(node.Id),
                Number(node.Tier),
                ByteSize.Format(node.SizeBytes),
                ByteSize.Format(node.FreeBytes),
                Ranges(node.Cpus),
                Latency(node.ReadLatencyNs),
                Latency(node.WriteLatencyNs),
                $"{Bandwidth(node.ReadBandwidthMBps)} / {Bandwidth(node.WriteBandwidthMBps)}",
                Targets(node.DemotionTargets),
                Targets(node.PromotionTargets),
                node.DaxDevices.Count == 0 ? Unknown : string.Join(' ', node.DaxDevices));
        }

        output.Write(table);
        output.WriteLine();
        for (int tier = 0; tier < report.Tiers.Count; tier++)
        {
            string place = tier == 0 ? "fast" : report.Tiers.Count > 2 && tier == report.Tiers.Count - 1 ? "slowest" : "slow";
            output.WriteText($"tier {tier} ({place}): {(report.Tiers[tier].Count == 1 ? "node" : "nodes")} {Ranges(report.Tiers[tier])}");
        }

        if (report.Nodes.Count > 1)
        {
            output.WriteLine();
            WriteDistances(output, report.Nodes);
        }

        if (report.Guest is { } guest)
        {
            output.WriteLine();
            GuestText.Write(output, guest);
        }

        output.WriteLine();
        string demotion = report.KernelTiering.DemotionEnabled switch { true => "on", false => "off", null => Unknown };
        output.WriteText($"kernel tiering: numa_balancing {Number(report.KernelTiering.NumaBalancing)}, demotion {demotion}");
        foreach (string warning in report.Warnings)
        {
            output.WriteLine();
            output.WriteText(warning, Tone.Warning);
        }
    }

    /// <summary>Numbers with runs joined: <c>0-3,6</c>.</summary>
    public static string Ranges(IReadOnlyList<int> numbers)
    {
        if (numbers.Count == 0)
        {
            return Unknown;
        }

        List<string> parts = [];
        List<int> sorted = [.. numbers.Order()];
        for (int i = 0; i < sorted.Count;)
        {
            int last = i;
            while (last + 1 < sorted.Count && sorted[last + 1] == sorted[last] + 1)
            {
                last++;
            }

            parts.Add(last == i ? Number(sorted[i]) : $"{sorted[i]}-{sorted[last]}");
            i = last + 1;
        }

        return string.Join(',', parts);
    }

    /// <summary>Nodes in order of preference: <c>node 2, else 3</c>; of many the first ones.</summary>
    private static string Targets(IReadOnlyList<int> nodes) => nodes.Count == 0
        ? Unknown
        : $"node {string.Join(", else ", nodes.Take(MostTargets).Select(node => Number(node)))}{(nodes.Count > MostTargets ? ", …" : "")}";

    private static void WriteDistances(TextOutput output, IReadOnlyList<NodeReport> nodes)
    {
        TextTable table = new(["distance", .. nodes.Select(node => "to " + Number(node.Id))]);
        foreach (NodeReport node in nodes)
        {
            table.Add(
                [
                    $"from {node.Id}",
                    .. nodes.Select(other => node.Distances.TryGetValue(other.Id, out int distance) ? Number(distance) : Unknown),
                ]);
        }

        output.Write(table);
    }

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static string Latency(int? nanoseconds) => nanoseconds is { } known ? $"{known} ns" : Unknown;

    private static string Bandwidth(int? megabytes) =>
        megabytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / 1000.0:0.#} GB/s") : Unknown;
}
