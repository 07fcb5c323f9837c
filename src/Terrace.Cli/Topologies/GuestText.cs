using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Guests;

namespace Terrace.Cli.Topologies;

/// <summary>Writes for people where a guest's memory lies on its host.</summary>
internal static class GuestText
{
    private const string Unknown = "–";

    public static void Write(TextOutput output, GuestReport report)
    {
        output.WriteText($"where this guest's memory lies on its host (generation {report.Generation}):");
        TextTable table = new("node", "host node", "host tier", "size", "share", "read", "write", "distance from CPUs");
        foreach (GuestNodeReport node in report.Nodes)
        {
            foreach (FollowedNode part in node.On)
            {
                table.Add(
                    Number(node.Node),
                    Number(part.HostNode),
                    Number(part.HostTier),
                    ByteSize.Format((long)part.Bytes),
                    Percent.Of((double)part.Bytes / node.KnownBytes),
                    Latency(part.ReadLatencyNs),
                    Latency(part.WriteLatencyNs),
                    Number(part.Distance));
            }

            if (node.On.Count == 0)
            {
                table.Add(Number(node.Node), Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown);
            }
        }

        output.Write(table, indent: 2);
        if (report.Cpus is { Count: > 0 } cpus)
        {
            foreach (IGrouping<string, VirtualCpuPlace> alike in cpus.GroupBy(cpu => TopologyText.Ranges(cpu.Nodes)))
            {
                output.WriteLine($"  CPUs {TopologyText.Ranges([.. alike.Select(cpu => cpu.Cpu)])} run on host nodes {alike.Key}");
            }
        }
        else if (report.CpuNodes is { Count: > 0 } nodes)
        {
            output.WriteLine($"  this guest's CPUs run on host nodes {TopologyText.Ranges(nodes)}");
        }

        if (report.ElsewhereBytes > 0)
        {
            output.WriteText(
                $"  told in blocks of {ByteSize.Format((long)report.BlockBytes)}; {ByteSize.Format((long)report.ElsewhereBytes)} are on "
                    + $"other nodes than the rest of their blocks");
        }

        foreach (string stale in report.Stale)
        {
            output.WriteLine();
            output.WriteText(stale, Tone.Warning);
        }
    }

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static string Latency(int? nanoseconds) => nanoseconds is { } known ? $"{known} ns" : Unknown;
}
