using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Migration;
using Terrace.Linux.Pressures;
using Terrace.Linux.Processes;
using Terrace.Linux.Reclaim;
using Terrace.Linux.SecondLevel;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux;

/// <summary>A process of this machine, pinned by a pidfd.</summary>
public sealed class LinuxProcess : IManagedProcess
{
    private readonly IDisposable _trackerFiles;
    private readonly GroupPressure _pressure;
    private readonly ProcessCpuTime _cpuTime;
    private readonly ProcessPlacement _placement;

    internal LinuxProcess(
        PidFd pidFd, string name, LinuxMachine machine, IAccessTracker tracker, IDisposable trackerFiles, ProcessPlacement placement)
    {
        PidFd = pidFd;
        Name = name;
        Tracker = tracker;
        _trackerFiles = trackerFiles;
        _pressure = new GroupPressure(new FileTree("/"), pidFd.Pid);
        _cpuTime = new ProcessCpuTime(pidFd.Pid);
        _placement = placement;
        Migrator = new CpusetMigrator(new MovePagesMigrator(pidFd, tracker as INodeLookup), placement.Allowed, machine);
        HeatSharer = new HeatSharer(pidFd, tracker as INodeLookup, machine.ReclaimLists);
        Advice = new AddressAdvice($"/proc/{pidFd.Pid}/maps");
        if (tracker is IMappedTracker mapped)
        {
            mapped.Advice = Advice;
        }
    }

    /// <inheritdoc/>
    public int Pid => PidFd.Pid;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IAccessTracker Tracker { get; }

    /// <inheritdoc/>
    public IPageMigrator Migrator { get; }

    /// <inheritdoc/>
    public IHeatSharer HeatSharer { get; }

    /// <inheritdoc/>
    public IReadOnlyList<FastArea> Areas => (Tracker as IMappedTracker)?.Areas ?? [];

    /// <inheritdoc/>
    public TimeSpan? CpuTime => _cpuTime.Read();

    /// <inheritdoc/>
    public IPressureGauge Pressure => _pressure;

    /// <summary>What an operator says of its mappings; null for nothing. Holds from the next scan on.</summary>
    public IMappingRules? MappingRules
    {
        get => (Tracker as IMappedTracker)?.Rules;
        set
        {
            if (Tracker is IMappedTracker tracker)
            {
                tracker.Rules = value;
            }
        }
    }

    /// <summary>What the process itself has said of its addresses.</summary>
    public AddressAdvice Advice { get; }

    /// <summary>How far the placement that the process has chosen itself is respected. Holds from the next scan on.</summary>
    public PlacementRespect PlacementRespect
    {
        get => _placement.Respect;
        set => _placement.Respect = value;
    }

    /// <summary>A memory policy that Terrace started the process under, which is no choice of the process's own; null for none.</summary>
    public MemoryPolicy? GivenPolicy
    {
        get => _placement.GivenPolicy;
        set => _placement.GivenPolicy = value;
    }

    /// <summary>Memory that is left alone because the process chose its placement by a memory policy, bytes, as last read.</summary>
    public long ChosenBytes => PlacementRespect == PlacementRespect.Full ? _placement.ChosenBytes : 0;

    /// <summary>False when its cpuset allows the nodes of one tier only, so that all of it is left alone.</summary>
    public bool HasTiers => _placement.HasTiers;

    /// <summary>
    /// True when it runs a guest of KVM and what the guest accesses does not show where its tracker looks; asked after a scan.
    /// </summary>
    public bool HidesGuest
    {
        get
        {
            FileTree tree = new("/");
            return Tracker is PageTableTracker { Name: not PageTableTracker.WithGuests }
                && tree.Numbered($"proc/{Pid}/fd", "")
                    .Exists(descriptor => GuestTables.IsVirtualMachine(tree.PathOf($"proc/{Pid}/fd/{descriptor.Name}")));
        }
    }

    /// <summary>True when the address is left alone because the process chose its placement by a memory policy.</summary>
    public bool IsChosen(ulong address) => PlacementRespect == PlacementRespect.Full && _placement.IsChosen(address);

    /// <summary>Pins the process.</summary>
    public PidFd PidFd { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trackerFiles.Dispose();
        _pressure.Dispose();
        _cpuTime.Dispose();
        Advice.Dispose();
        _placement.Dispose();
        PidFd.Dispose();
    }
}
