using System.Text.Json;
using Terrace.Core.Layout;
using Terrace.Core.Units;

namespace Terrace.Host.Guests;

/// <summary>A host's message that was read and found to make sense.</summary>
/// <param name="Message">What the host says.</param>
/// <param name="Layout">Its ranges: host nodes of guest-physical pages.</param>
internal sealed record PublishedLayout(LayoutMessage Message, MemoryLayout Layout)
{
    private const int MaxRanges = 4 * LayoutChannel.MaxRanges;
    private const int MaxCpus = 8192;
    private const int MaxTier = 63;
    private const int MaxFigure = 1_000_000_000;

    /// <summary>x86 has physical addresses of 52 bits.</summary>
    private const ulong MaxPages = 1UL << (52 - Chunk.PageShift);

    private readonly Dictionary<int, HostNode> _nodes = Message.Nodes!.ToDictionary(node => node.Node);

    /// <summary>The host's node of that number.</summary>
    public HostNode NodeOf(int node) => _nodes[node];

    /// <summary>Distance from the nearest host node that the guest's CPUs may run on; null when that is not known.</summary>
    public int? DistanceTo(int node) =>
        Message.CpuNodes is { Count: > 0 } from
            && from.Select(
                cpu => NodeOf(cpu).Distances is { } distances && distances.TryGetValue(node, out int distance)
                    ? distance
                    : int.MaxValue).Min() is < int.MaxValue and var nearest ? nearest : null;

    /// <summary>Reads a line; null when it is no message.</summary>
    public static LayoutMessage? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LayoutJson.Line.LayoutMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Checks a message as one of a host that may say anything: null, and what is wrong with it, when it cannot be believed.
    /// </summary>
    public static PublishedLayout? Of(LayoutMessage message, out string problem)
    {
        problem = ProblemOf(message);
        if (problem.Length > 0)
        {
            return null;
        }

        List<FrameRange> ranges = new(message.Ranges!.Count);
        ulong end = 0;
        foreach (IReadOnlyList<ulong> range in message.Ranges)
        {
            if (range is not { Count: 3 } || range[1] == 0 || range[0] >= MaxPages || range[1] > MaxPages - range[0])
            {
                problem = "a range is not a run of pages";
                return null;
            }

            if (range[0] < end)
            {
                problem = $"a range begins at page {range[0]}, before the end of the one before";
                return null;
            }

            end = range[0] + range[1];
            ranges.Add(new FrameRange(range[0], end, (int)Math.Min(range[2], int.MaxValue)));
        }

        HashSet<int> nodes = [.. message.Nodes!.Where(node => node.Tier is not null).Select(node => node.Node)];
        if (ranges.Find(range => !nodes.Contains(range.Node)) is { End: > 0 } unknown)
        {
            problem = $"a range is on node {unknown.Node}, which the host does not have or which has no memory";
            return null;
        }

        return new PublishedLayout(message, MemoryLayout.Of(ranges));
    }

    private static string ProblemOf(LayoutMessage message) =>
        message.Version != LayoutChannel.Version ? $"it has version {message.Version}; this terrace knows {LayoutChannel.Version}"
        : message.Epoch <= 0 || message.Generation <= 0 ? "it has no generation"
        : message.PageBytes != Chunk.PageBytes ? $"its pages are of {message.PageBytes} bytes"
        : message.BlockPages is 0 or > MaxPages || !ulong.IsPow2(message.BlockPages) ? "its blocks are not a power of two of pages"
        : message.EverySeconds is not (>= 0 and < 1e9) ? "it does not say how often the host looks"
        : message.InUsePages > MaxPages || message.ElsewherePages > message.InUsePages ? "its counts of pages do not add up"
        : message.Ranges is not { Count: <= MaxRanges } ? $"it has no ranges, or more than {MaxRanges}"
        : ProblemOfNodes(message);

    private static string ProblemOfNodes(LayoutMessage message)
    {
        if (message.Nodes is not { Count: > 0 and <= MemoryLayout.MaxNode + 1 } nodes || nodes.Any(node => node is null))
        {
            return "it does not name the host's nodes";
        }

        HashSet<int> known = [];
        foreach (HostNode node in nodes)
        {
            if (node.Node is < 0 or > MemoryLayout.MaxNode || !known.Add(node.Node))
            {
                return $"it names node {node.Node} twice, or wrongly";
            }

            if (node.Tier is < 0 or > MaxTier
                || node.Pages > MaxPages
                || !IsFigure(node.ReadLatencyNs)
                || !IsFigure(node.WriteLatencyNs)
                || !IsFigure(node.ReadBandwidthMBps)
                || !IsFigure(node.WriteBandwidthMBps)
                || node.Distances?.Any(
                    distance => distance.Key is < 0 or > MemoryLayout.MaxNode || distance.Value is < 0 or > byte.MaxValue) == true)
            {
                return $"a figure of node {node.Node} is impossible";
            }
        }

        if (message.CpuNodes is { } cpuNodes && !AreDistinct(cpuNodes, known))
        {
            return "its CPUs are on a node that it does not name, or names twice";
        }

        HashSet<int> cpus = [];
        return message.Cpus is { } places
            && (
                places.Count > MaxCpus
                    || places.Any(
                        place => place?.Nodes is null
                            || place.Cpu is < 0 or >= MaxCpus
                            || !cpus.Add(place.Cpu)
                            || !AreDistinct(place.Nodes, known)))
            ? "what it says about CPUs is impossible"
            : "";
    }

    // No more than there are nodes: who looks at each of them has an end.
    private static bool AreDistinct(IReadOnlyList<int> nodes, HashSet<int> known) =>
        nodes.Count <= known.Count && nodes.All(known.Contains) && nodes.Distinct().Count() == nodes.Count;

    private static bool IsFigure(int? figure) => figure is null or (> 0 and <= MaxFigure);
}
