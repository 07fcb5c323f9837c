using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// A process of a simulated machine: its mappings, how many of its pages each node holds, and how often it accessed each node.
/// Disposing it ends its management and leaves the process running; <see cref="Exit"/> ends the process.
/// </summary>
public sealed partial class SimulatedProcess : IManagedProcess
{
    // Where x86-64 Linux puts large anonymous mappings; the exact place does not matter.
    private const ulong FirstAddress = 0x7f00_0000_0000;

    private readonly SimulatedMachine _machine;
    private readonly List<SimulatedMapping> _mappings = [];
    private readonly List<FastArea> _areas = [];
    private readonly long[] _pagesOnNode = new long[SimulatedMachine.MaxNodes];
    private readonly long[] _accesses = new long[SimulatedMachine.MaxNodes];
    private ulong _nextAddress = FirstAddress;

    internal SimulatedProcess(SimulatedMachine machine, int pid, string name, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _machine = machine;
        Pid = pid;
        Name = name;
        Threads = threads;
        Pressure = new SimulatedPressure(machine);
        Tracker = new SimulatedTracker(machine, this);
        Clearer = new SimulatedClearer(machine, this);
        Migrator = new SimulatedMigrator(machine, this);
        HeatSharer = new SimulatedHeatSharer(machine, this);
        HugePages = new SimulatedHugePages(machine, this);
    }

    /// <inheritdoc/>
    public int Pid { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Threads that access memory at the same time.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public IAccessTracker Tracker { get; }

    /// <inheritdoc/>
    public IAccessClearer Clearer { get; }

    /// <inheritdoc/>
    public IPageMigrator Migrator { get; }

    /// <inheritdoc/>
    public IHeatSharer HeatSharer { get; }

    /// <inheritdoc/>
    public IHugePages HugePages { get; }

    /// <summary>CPU time that it is said to have used; null, as at first, when the machine cannot tell. Set by tests.</summary>
    public TimeSpan? CpuTime { get; set; }

    /// <inheritdoc/>
    public long? RunNanoseconds => CpuTime?.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>How scarce memory and CPUs are for it; set by tests.</summary>
    public SimulatedPressure Pressure { get; }

    /// <inheritdoc/>
    IPressureGauge? IManagedProcess.Pressure => Pressure;

    /// <summary>
    /// Nodes that its memory may lie on, as its cpuset would say; null for all. What lies elsewhere stays there until it is moved.
    /// </summary>
    public IReadOnlySet<int>? AllowedNodes { get; set; }

    /// <summary>Nodes on whose CPUs it runs; none, as at first, when the machine cannot tell. Set by tests.</summary>
    public IReadOnlyList<HomeNode> Homes { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<HomeNode> ReadHomes() => Homes;

    /// <inheritdoc/>
    public bool MayUse(int node) => AllowedNodes is null || AllowedNodes.Contains(node);

    /// <summary>What goes wrong for this process.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>Whether it lives.</summary>
    public ProcessState State { get; private set; }

    /// <summary>True when whoever managed it has let go of it.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>Its mappings in ascending order of address.</summary>
    public IReadOnlyList<SimulatedMapping> Mappings => _mappings;

    /// <inheritdoc/>
    public IReadOnlyList<FastArea> Areas => _areas;

    /// <summary>Pages it has in memory.</summary>
    public long ResidentPages => _pagesOnNode.Sum();

    /// <summary>Accesses to memory so far.</summary>
    public long Accesses => _accesses.Sum();

    /// <summary>Set by <see cref="Exec"/> until a read or clear has reported it.</summary>
    internal bool AddressSpaceReplaced { get; set; }

    /// <summary>Why it can be neither read nor cleared now; null when it can. That it called execve is reported once.</summary>
    internal ScanOutcome? Refusal()
    {
        if (State != ProcessState.Running)
        {
            return new ScanOutcome(ScanStatus.ProcessGone, TimeSpan.Zero);
        }

        if (Faults.ScanErrno != 0)
        {
            return new ScanOutcome(ScanStatus.Failed, TimeSpan.Zero, Faults.ScanErrno);
        }

        if (AddressSpaceReplaced)
        {
            AddressSpaceReplaced = false;
            return new ScanOutcome(ScanStatus.AddressSpaceReplaced, TimeSpan.Zero);
        }

        return null;
    }

    /// <summary>The mapping that holds an address, or null.</summary>
    internal SimulatedMapping? MappingAt(ulong address)
    {
        int low = 0;
        int high = _mappings.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            SimulatedMapping mapping = _mappings[middle];
            if (address < mapping.Start)
            {
                high = middle - 1;
            }
            else if (address >= mapping.AddressOf(mapping.Pages))
            {
                low = middle + 1;
            }
            else
            {
                return mapping;
            }
        }

        return null;
    }

    /// <summary>Gives a mapping a share of its own.</summary>
    public void SetArea(SimulatedMapping mapping, FastArea area)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        int index = _areas.IndexOf(area);
        if (index < 0)
        {
            index = _areas.Count;
            _areas.Add(area);
        }

        mapping.Area = (byte)(index + 1);
    }

    /// <summary>Pages it has on a node.</summary>
    public long PagesOn(int node) => _machine.Find(node) is { } found ? _pagesOnNode[found.Index] : 0;

    /// <summary>Accesses it made to memory of a node.</summary>
    public long AccessesTo(int node) => _machine.Find(node) is { } found ? _accesses[found.Index] : 0;

    /// <summary>The node that holds a page, or null when there is none.</summary>
    public int? NodeOf(SimulatedMapping mapping, int page)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return mapping.IsPresent(page) ? _machine.NodeAt(mapping.States[page] & PageState.NodeMask).Id : null;
    }

    /// <summary>Adds a mapping of as many pages, none of them present until it is touched.</summary>
    public SimulatedMapping Map(int pages, bool hugePages = false, int folioPages = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pages);
        EnsureRunning();
        SimulatedMapping mapping = new(TakeAddresses(pages), pages, hugePages, folioPages);
        _mappings.Add(mapping);
        return mapping;
    }

    /// <summary>Frees a mapping and its pages.</summary>
    public void Unmap(SimulatedMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        Unmap(mapping, 0, mapping.Pages);
        _mappings.Remove(mapping);
        mapping.Resize(mapping.Start, 0);
    }

    /// <summary>
    /// Frees the pages of a part of a mapping, as MADV_DONTNEED does; a touch brings them back. A huge page or folio that is only
    /// partly freed is split into base pages first.
    /// </summary>
    public void Unmap(SimulatedMapping mapping, int firstPage, int pages)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentOutOfRangeException.ThrowIfNegative(firstPage);
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pages, mapping.Pages - firstPage);
        for (int page = firstPage; page < firstPage + pages; page++)
        {
            Free(mapping, page);
        }
    }

    /// <summary>
    /// Gives a mapping a new length at a new address, as mremap(2) with MREMAP_MAYMOVE does; kept pages stay on their nodes.
    /// </summary>
    public void Remap(SimulatedMapping mapping, int newPages)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(newPages);
        EnsureRunning();
        if (!_mappings.Remove(mapping))
        {
            throw new ArgumentException("The mapping is not, or no longer, one of this process.", nameof(mapping));
        }

        if (newPages < mapping.Pages)
        {
            Unmap(mapping, newPages, mapping.Pages - newPages);
        }

        mapping.Resize(TakeAddresses(newPages), newPages);
        _mappings.Add(mapping);
    }

    /// <summary>Replaces the address space by an empty one, as execve(2) does.</summary>
    public void Exec()
    {
        EnsureRunning();
        FreeAll();
        AddressSpaceReplaced = true;
    }

    /// <summary>Ends the process; its memory is free at once.</summary>
    public void Exit() => End(ProcessState.Exited);

    /// <inheritdoc/>
    public void Dispose() => IsReleased = true;

    internal void Free(SimulatedMapping mapping, int page)
    {
        LeaveMerged(mapping, page);
        ref byte state = ref mapping.States[page];
        if ((state & PageState.NotPresent) != 0)
        {
            return;
        }

        mapping.Split(page);
        int node = state & PageState.NodeMask;
        _machine.NodeAt(node).Return(1);
        _pagesOnNode[node]--;
        state = PageState.NotPresent;
    }

    internal void CountMove(SimulatedNode from, SimulatedNode to, int pages)
    {
        _pagesOnNode[from.Index] -= pages;
        _pagesOnNode[to.Index] += pages;
    }

    private void End(ProcessState state)
    {
        if (State == ProcessState.Running)
        {
            State = state;
            FreeAll();
        }
    }

    private void FreeAll()
    {
        while (_mappings.Count > 0)
        {
            Unmap(_mappings[^1]);
        }
    }

    private void EnsureRunning()
    {
        if (State != ProcessState.Running)
        {
            throw new InvalidOperationException($"Process {Pid} has ended ({State}).");
        }
    }

    // Addresses only grow, so the list of mappings stays sorted, and an address is never used for two things.
    private ulong TakeAddresses(int pages)
    {
        ulong start = _nextAddress;
        ulong chunks = ((ulong)pages + Chunk.Pages - 1) / Chunk.Pages;
        _nextAddress += (chunks + 1) << Chunk.Shift;
        return start;
    }
}
