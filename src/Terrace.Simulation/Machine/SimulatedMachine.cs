using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// A machine in memory: nodes with exact counts of free pages, processes with page tables and accessed bits, and a clock that
/// only the driver and the cost of scans and moves advance. Everything follows from the spec and its seed.
/// Of the kernel's own tiering NUMA balancing is not simulated, and reclaim demotes only when it is told to
/// (<see cref="SimulatedReclaim"/>).
/// </summary>
public sealed class SimulatedMachine : IMachine
{
    internal const int MaxNodes = PlaceMap.MaxPlaces;

    private const int FirstPid = 1000;

    private readonly SimulatedNode[] _nodes;
    private readonly SimulatedNode[] _byIndex;
    private readonly SimulatedNode[] _allocationOrder;
    private readonly NodeUse[] _useAtRefresh;
    private readonly List<SimulatedProcess> _processes = [];

    /// <summary>Builds the machine.</summary>
    /// <exception cref="ArgumentException">There are no nodes, more than 16, or two with one number.</exception>
    public SimulatedMachine(SimulatedMachineSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Nodes.Count is 0 or > MaxNodes || spec.Nodes.DistinctBy(node => node.Id).Count() != spec.Nodes.Count)
        {
            throw new ArgumentException("A simulated machine has 1 to 16 nodes, each with its own number.", nameof(spec));
        }

        Spec = spec;
        Topology = new Topology(spec.Nodes.Select(node => Describe(node, spec.Nodes)));
        Places = new PlaceMap(Topology);

        // Each node is a place of its own, so that a page's state need have only one of the two.
        _nodes = [.. spec.Nodes.OrderBy(node => node.Id).Select(node => new SimulatedNode(node, Places.PlaceOf(node.Id)))];
        _byIndex = [.. _nodes.OrderBy(node => node.Index)];
        _allocationOrder = [.. Topology.Tiers.SelectMany(tier => tier).Select(id => _nodes.First(node => node.Id == id))];
        _useAtRefresh = new NodeUse[MaxNodes];
        Pressure = new SimulatedPressure(this);
        Refresh();
    }

    /// <summary>What the machine was built from.</summary>
    public SimulatedMachineSpec Spec { get; }

    /// <summary>Virtual time.</summary>
    public SimulatedClock Clock { get; } = new();

    /// <inheritdoc/>
    public Topology Topology { get; }

    /// <inheritdoc/>
    public PlaceMap Places { get; }

    /// <summary>How scarce memory and CPUs are; set by tests.</summary>
    public SimulatedPressure Pressure { get; }

    /// <inheritdoc/>
    IPressureGauge? IMachine.Pressure => Pressure;

    /// <summary>The nodes, by number, with their counts as of now.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Every process ever started here, in order of start.</summary>
    public IReadOnlyList<SimulatedProcess> Processes => _processes;

    /// <summary>Virtual time that scans and moves have taken.</summary>
    public TimeSpan TieringTime => SimulatedClock.ToTimeSpan(TieringNanoseconds);

    /// <summary>Pages that migrations have moved so far, in base pages.</summary>
    public long MovedPages { get; internal set; }

    internal long TieringNanoseconds { get; private set; }

    /// <summary>Starts a process without memory.</summary>
    /// <param name="name">Its command name.</param>
    /// <param name="threads">Threads that access memory at the same time.</param>
    public SimulatedProcess StartProcess(string name, int threads = 1)
    {
        SimulatedProcess process = new(this, FirstPid + _processes.Count, name, threads);
        _processes.Add(process);
        return process;
    }

    /// <inheritdoc/>
    public void Refresh()
    {
        foreach (SimulatedNode node in _nodes)
        {
            _useAtRefresh[node.Index] = node.Use;
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(int node) => UseOf(node).FreeBytes;

    /// <inheritdoc/>
    public NodeUse UseOf(int node) => Find(node) is { } found ? _useAtRefresh[found.Index] : default;

    /// <inheritdoc/>
    public long ReserveBytes(int node) => Find(node) is { } found ? found.ReservePages * Chunk.PageBytes : 0;

    internal SimulatedNode? Find(int node)
    {
        foreach (SimulatedNode candidate in _nodes)
        {
            if (candidate.Id == node)
            {
                return candidate;
            }
        }

        return null;
    }

    internal SimulatedNode NodeAt(int index) => _byIndex[index];

    /// <summary>The state byte of a page that was just put on a node.</summary>
    internal static byte StateOn(SimulatedNode node) => (byte)node.Index;

    /// <summary>
    /// First-touch allocation: the fastest tier that has more than its reserve, of nodes that the process may use. Null when each of
    /// them is down to its reserve.
    /// </summary>
    internal SimulatedNode? TryAllocate(SimulatedProcess process, int pages)
    {
        foreach (SimulatedNode node in _allocationOrder)
        {
            if (process.MayUse(node.Id) && node.TryTake(pages, node.ReservePages))
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>Lets the work of tiering take its time.</summary>
    public TimeSpan Charge(long nanoseconds)
    {
        TieringNanoseconds += nanoseconds;
        Clock.AdvanceNanoseconds(nanoseconds);
        return SimulatedClock.ToTimeSpan(nanoseconds);
    }

    private static MemoryNode Describe(SimulatedNodeSpec node, IReadOnlyList<SimulatedNodeSpec> all)
    {
        // The distance of ACPI's SLIT is relative to 10 for local; what a node's CPUs see grows with the other's latency.
        int local = all.Min(other => other.LatencyNs);
        Dictionary<int, int> distances = all.ToDictionary(
            other => other.Id,
            other => other.Id == node.Id ? 10 : node.Distances?.GetValueOrDefault(other.Id, 10) ?? 10 + (10 * other.LatencyNs / local));
        return new MemoryNode(node.Id, node.CapacityBytes, node.HasCpus ? [node.Id] : [], distances)
        {
            ReadLatencyNs = node.LatencyNs,
            WriteLatencyNs = node.LatencyNs,
        };
    }
}
