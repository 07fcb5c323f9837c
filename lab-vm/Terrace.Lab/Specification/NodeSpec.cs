using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Lab.Specification;

/// <summary>One NUMA node of the machine.</summary>
/// <param name="Kind">What it pretends to be.</param>
/// <param name="Bytes">Its memory, in bytes: a multiple of 128 MiB, the size of a memory block
/// (Documentation/admin-guide/mm/memory-hotplug.rst).</param>
/// <param name="LatencyNanoseconds">Read and write latency in the HMAT.</param>
/// <param name="BandwidthGigabytesPerSecond">Read and write bandwidth in the HMAT, in GiB/s as QEMU counts.</param>
public sealed record NodeSpec(NodeKind Kind, long Bytes, int LatencyNanoseconds, int BandwidthGigabytesPerSecond)
{
    /// <summary>One memory block on x86-64.</summary>
    public const long MemoryBlockBytes = 128L << 20;

    /// <summary>A node with its kind's usual latency and bandwidth.</summary>
    public static NodeSpec Of(NodeKind kind, long bytes) => kind switch
    {
        NodeKind.Dram => new(kind, bytes, 80, 100),
        NodeKind.Cxl => new(kind, bytes, 250, 30),
        _ => new(kind, bytes, 350, 10),
    };

    /// <summary>Reads a list such as "dram:1G,cxl:2G@250ns/30G".</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>: what is wrong with which node.</exception>
    public static IReadOnlyList<NodeSpec> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var nodes = text.Split(',').Select(Parse).ToList();
        if (nodes[0].Bytes < 2 * MemoryBlockBytes)
        {
            throw LabException.Usage($"node 0 of '{text}' has {ByteSize.Format(nodes[0].Bytes)}", "the kernel needs 256M there");
        }

        if (nodes.Count > 8)
        {
            throw LabException.Usage($"'{text}' has {nodes.Count} nodes", "give at most 8");
        }

        return nodes;
    }

    /// <summary>A size of memory, more than none and at most 1 PiB. A bare number is refused: bytes, or megabytes as QEMU counts?</summary>
    internal static bool TryParseBytes(string text, out long bytes) =>
        ByteSize.TryParse(text, out bytes) && bytes is > 0 and <= 1L << 50 && char.IsAsciiLetter(text.TrimEnd()[^1]);

    private static NodeSpec Parse(string text)
    {
        const string Form = "write KIND:SIZE[@LATENCYns[/BANDWIDTHG]], such as dram:1G or cxl:2G@250ns/30G";
        var name = text.Split(':', 2);
        if (name.Length != 2)
        {
            throw LabException.Usage($"node '{text}' has no size", Form);
        }

        if (!Enum.TryParse<NodeKind>(name[0], ignoreCase: true, out var kind) || !Enum.IsDefined(kind) || char.IsDigit(name[0][0]))
        {
            throw LabException.Usage($"node kind '{name[0]}' is unknown", "use dram, cxl or pmem");
        }

        var parts = name[1].Split('@', 2);
        if (!TryParseBytes(parts[0], out var bytes))
        {
            throw LabException.Usage($"node size '{parts[0]}' is not a size", Form);
        }

        if (bytes % MemoryBlockBytes != 0)
        {
            throw LabException.Usage($"node size '{parts[0]}' is not whole memory blocks", "use a multiple of 128M");
        }

        var node = Of(kind, bytes);
        return parts.Length == 1 ? node : WithPerformance(node, parts[1], Form);
    }

    private static NodeSpec WithPerformance(NodeSpec node, string text, string form)
    {
        var parts = text.Split('/', 2);
        if (!parts[0].EndsWith("ns", StringComparison.Ordinal)
            || !int.TryParse(parts[0].AsSpan(0, parts[0].Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var latency)
            || latency is < 1 or > 60_000)
        {
            throw LabException.Usage($"latency '{parts[0]}' is not 1ns to 60000ns", form);
        }

        var bandwidth = node.BandwidthGigabytesPerSecond;
        if (parts.Length == 2
            && (!parts[1].EndsWith('G')
                || !int.TryParse(parts[1].AsSpan(0, parts[1].Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out bandwidth)
                || bandwidth is < 1 or > 10_000))
        {
            throw LabException.Usage($"bandwidth '{parts[1]}' is not 1G to 10000G (per second)", form);
        }

        return node with { LatencyNanoseconds = latency, BandwidthGigabytesPerSecond = bandwidth };
    }
}
