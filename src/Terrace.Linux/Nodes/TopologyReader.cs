using System.Text;
using Terrace.Core.Machine;
using Terrace.Linux.Files;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Reads nodes, CPUs, memory, distances, HMAT figures, memory tiers, dax devices and page frames from sysfs and procfs below a
/// root. Needs no privilege. Sources: Documentation/ABI/stable/sysfs-devices-node, Documentation/ABI/testing/sysfs-kernel-mm-memory-tiers,
/// Documentation/admin-guide/mm/numaperf.rst, Documentation/ABI/testing/sysfs-bus-dax. What an operator says of tiers goes before all.
/// </summary>
public sealed class TopologyReader(string root = "/", TierChoice? choice = null)
{
    private const string NodeFolder = "sys/devices/system/node";
    private const string TierFolder = "sys/devices/virtual/memory_tiering";

    private readonly FileTree _tree = new(root);

    /// <summary>Reads everything afresh.</summary>
    /// <exception cref="InvalidDataException">A file that every kernel has is missing or malformed; the message names it.</exception>
    public MachineFacts Read()
    {
        List<Zone> zones = [];
        Zone.ParseAll(_tree.Read("proc/zoneinfo"), zones);

        // A kernel without NUMA has no node folder: the machine is one node.
        bool numa = _tree.Read($"{NodeFolder}/online") is not null;
        List<int> ids = numa ? RequireList($"{NodeFolder}/online") : [0];
        Dictionary<int, int> tiers = ReadTiers();
        ILookup<long, string> dax = ReadDax();
        Dictionary<int, long> free = [];
        List<MemoryNode> nodes = [];
        foreach (int id in ids)
        {
            NodeMeminfo memory = RequireMeminfo(numa ? $"{NodeFolder}/node{id}/meminfo" : "proc/meminfo");
            free[id] = memory.FreeBytes;
            nodes.Add(new MemoryNode(id, memory.TotalBytes, ReadCpus(numa, id), ReadDistances(numa, id, ids))
            {
                KernelTier = tiers.TryGetValue(id, out int tier) ? tier : null,
                ReadLatencyNs = ReadAccess(id, "read_latency"),
                WriteLatencyNs = ReadAccess(id, "write_latency"),
                ReadBandwidthMBps = ReadAccess(id, "read_bandwidth"),
                WriteBandwidthMBps = ReadAccess(id, "write_bandwidth"),
                DaxDevices = [.. dax[id].Order(StringComparer.Ordinal)],
            });
        }

        Topology topology = new(nodes, choice);
        PlaceMap places = new(topology);
        Dictionary<int, long> reserve = ids.ToDictionary(
            id => id, id => zones.Where(zone => zone.Node == id).Sum(zone => zone.HighPages) * 4096);
        return new MachineFacts(topology, places, FrameMapReader.Read(_tree, ids, zones, places), free, reserve, ReadKernelTiering());
    }

    /// <summary>Nodes that are there or can come while the machine runs, ascending; null where the kernel does not say.</summary>
    public IReadOnlyList<int>? ReadPossibleNodes() =>
        _tree.Read($"{NodeFolder}/possible") is { } text && IdList.TryParse(text, out List<int> ids) && ids.Count > 0 ? ids : null;

    /// <summary>Reads what the kernel's own tiering is set to.</summary>
    public KernelTiering ReadKernelTiering()
    {
        bool? demotion = _tree.Read("sys/kernel/mm/numa/demotion_enabled") is { } text
            ? text.AsSpan().Trim(" \n"u8) is [(byte)'t', ..] or [(byte)'1', ..]
            : null;
        return new KernelTiering(demotion, (int?)_tree.ReadNumber("proc/sys/kernel/numa_balancing"))
        {
            ZoneReclaimMode = (int?)_tree.ReadNumber("proc/sys/vm/zone_reclaim_mode"),
            Readers = AccessReaders.Read(_tree),
        };
    }

    private List<int> ReadCpus(bool numa, int node)
    {
        byte[]? text = _tree.Read(numa ? $"{NodeFolder}/node{node}/cpulist" : "sys/devices/system/cpu/online");
        return text is not null && IdList.TryParse(text, out List<int> cpus) ? cpus : [];
    }

    // The line has one distance for each online node, in order of node number.
    private Dictionary<int, int> ReadDistances(bool numa, int node, List<int> ids)
    {
        Dictionary<int, int> distances = [];
        if (!numa || _tree.Read($"{NodeFolder}/node{node}/distance") is not { } text)
        {
            distances[node] = 10;
            return distances;
        }

        ReadOnlySpan<byte> line = text.AsSpan().TrimEnd((byte)'\n');
        foreach (int other in ids)
        {
            if (KernelText.TryNumber(KernelText.TakeWord(ref line), out long distance) && distance is > 0 and <= 255)
            {
                distances[other] = (int)distance;
            }
        }

        return distances;
    }

    private Dictionary<int, int> ReadTiers()
    {
        Dictionary<int, int> tiers = [];
        foreach ((string name, long number) in _tree.Numbered(TierFolder, "memory_tier"))
        {
            if (_tree.Read($"{TierFolder}/{name}/nodelist") is { } text && IdList.TryParse(text, out List<int> members))
            {
                foreach (int node in members)
                {
                    tiers[node] = (int)number;
                }
            }
        }

        return tiers;
    }

    private ILookup<long, string> ReadDax() =>
        _tree.Names("sys/bus/dax/devices")
            .Select(name => (Name: name, Node: _tree.ReadNumber($"sys/bus/dax/devices/{name}/target_node")))
            .Where(device => device.Node is not null)
            .ToLookup(device => device.Node!.Value, device => device.Name);

    // access0 is the best initiator of any kind, access1 the best CPU; a node may state only one of them.
    private int? ReadAccess(int node, string attribute)
    {
        long? value = _tree.ReadNumber($"{NodeFolder}/node{node}/access0/initiators/{attribute}")
            ?? _tree.ReadNumber($"{NodeFolder}/node{node}/access1/initiators/{attribute}");
        return value is > 0 and <= int.MaxValue ? (int)value : null;
    }

    private List<int> RequireList(string path)
    {
        byte[] text = Require(path);
        return IdList.TryParse(text, out List<int> ids) && ids.Count > 0
            ? ids
            : throw new InvalidDataException($"{_tree.PathOf(path)}: expected a list such as 0-1, found \"{Excerpt(text)}\"");
    }

    private NodeMeminfo RequireMeminfo(string path) =>
        NodeMeminfo.TryParse(Require(path), out NodeMeminfo memory)
            ? memory
            : throw new InvalidDataException(
                $"{_tree.PathOf(path)}: MemTotal or MemFree is missing, no number of kB, or more is free than there is");

    private byte[] Require(string path) => _tree.Read(path) ?? throw new InvalidDataException($"{_tree.PathOf(path)}: cannot be read");

    private static string Excerpt(byte[] text) =>
        Encoding.ASCII.GetString(text, 0, Math.Min(text.Length, 40)).ReplaceLineEndings(" ").Trim();
}
