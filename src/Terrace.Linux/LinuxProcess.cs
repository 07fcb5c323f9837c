using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.HugePages;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Migration;
using Terrace.Linux.Pressures;
using Terrace.Linux.Processes;
using Terrace.Linux.Reclaim;
using Terrace.Linux.SecondLevel;
using Terrace.Linux.Trackers;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux;

/// <summary>
/// A process of this machine. It costs two descriptors: a pidfd, which pins its number, and its open /proc/PID/maps, which pins
/// its address space. All other files of it are open only while they are read.
/// </summary>
public sealed class LinuxProcess : IManagedProcess
{
    private readonly ManagedMappings _mappings;
    private readonly AccessTracking _tracking;
    private readonly GroupPressure _pressure;
    private readonly ProcessClaims? _claims;
    private readonly LinuxMachine _machine;
    private ThreadHomes? _homes;
    private long? _ran;

    internal LinuxProcess(PidFd pidFd, string name, LinuxMachine machine, ManagedMappings mappings, AccessTracking tracking)
    {
        PidFd = pidFd;
        Name = name;
        _claims = machine.Claims;
        _machine = machine;
        _mappings = mappings;
        _tracking = tracking;
        _pressure = new GroupPressure(FileTree.OfHost, pidFd.Pid);
        Migrator = new CpusetMigrator(new MovePagesMigrator(pidFd, tracking.Lookup, machine.Calls), mappings.Placement.Allowed, machine);
        HeatSharer = new HeatSharer(pidFd, tracking.Lookup, machine.ReclaimLists, machine.Calls, tracking.Hints);
        HugePages = new KernelHugePages(pidFd, () => mappings.Own, tracking.Hints, KernelRelease.Current, machine.Calls);
    }

    /// <inheritdoc/>
    public int Pid => PidFd.Pid;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IAccessTracker Tracker => _tracking.Tracker;

    /// <inheritdoc/>
    public IAccessClearer Clearer => _tracking.Clearer;

    /// <inheritdoc/>
    public long ResidentPages => ProcessMemory.ResidentPagesOf(PidFd) is var pages && PidFd.IsAlive ? pages : 0;

    /// <inheritdoc/>
    public IPageMigrator Migrator { get; }

    /// <inheritdoc/>
    public IHeatSharer HeatSharer { get; }

    /// <inheritdoc/>
    public IHugePages HugePages { get; }

    /// <inheritdoc/>
    public IReadOnlyList<FastArea> Areas => _mappings.Areas;

    /// <inheritdoc/>
    public bool MayUse(int node) => _mappings.Placement.Allowed.Allows(node);

    /// <inheritdoc/>
    public IReadOnlyList<HomeNode> ReadHomes()
    {
        _homes ??= new ThreadHomes(FileTree.OfHost, Pid, cpu => _machine.CpuNodes.Of(cpu));
        return _homes.Read() is var homes && PidFd.IsAlive ? homes : [];
    }

    /// <inheritdoc/>
    public TimeSpan? CpuTime => ProcessCpuTime.Of(Pid) is { } time && PidFd.IsAlive ? time : null;

    /// <inheritdoc/>
    /// <remarks>Null also while others access what counts as its memory: then it need not run for its pages to be in use.</remarks>
    public long? RunNanoseconds
    {
        get
        {
            long? run = _mappings.IsUsedByOthers ? null : ProcessClock.NanosecondsOf(Pid);

            // Another process of that number would hardly have run for the same time to the nanosecond.
            _ran = run is null || run == _ran || PidFd.IsAlive ? run : null;
            return _ran;
        }
    }

    /// <inheritdoc/>
    public (TimeSpan? CpuTime, long ResidentPages) Activity =>
        _mappings.IsUsedByOthers ? (null, 0)
            : PidFd.Thread != Pid ? (CpuTime, ResidentPages)
            : ProcessCpuTime.ActivityOf(Pid) is var activity && PidFd.IsAlive ? activity
            : (null, 0);

    /// <inheritdoc/>
    public IPressureGauge Pressure => _pressure;

    /// <summary>What an operator says of its mappings; null for nothing. Holds from the next scan on.</summary>
    public IMappingRules? MappingRules
    {
        get => _mappings.Rules;
        set => _mappings.Rules = value;
    }

    /// <summary>What the process itself has said of its addresses.</summary>
    public AddressAdvice Advice => _mappings.Advice;

    /// <inheritdoc cref="ManagedMappings.Reads"/>
    public long MappingReads => _mappings.Reads;

    /// <summary>How far the placement that the process has chosen itself is respected. Holds from the next scan on.</summary>
    public PlacementRespect PlacementRespect
    {
        get => _mappings.Placement.Respect;
        set => _mappings.Placement.Respect = value;
    }

    /// <summary>A memory policy that Terrace started the process under, which is no choice of the process's own; null for none.</summary>
    public MemoryPolicy? GivenPolicy
    {
        get => _mappings.Placement.GivenPolicy;
        set => _mappings.Placement.GivenPolicy = value;
    }

    /// <summary>
    /// Mappings of pools of huge pages (hugetlbfs), bytes, which are left alone because their accesses cannot be seen, as last read.
    /// </summary>
    public long UntrackedBytes => _mappings.UntrackedBytes;

    /// <inheritdoc cref="ManagedMappings.UnfollowedBytes"/>
    public long UnfollowedBytes => _mappings.UnfollowedBytes;

    /// <summary>Memory that is left alone because the process chose its placement by a memory policy, bytes, as last read.</summary>
    public long ChosenBytes => PlacementRespect == PlacementRespect.Full ? _mappings.Placement.ChosenBytes : 0;

    /// <summary>False when its cpuset allows the nodes of one tier only, so that all of it is left alone.</summary>
    public bool HasTiers => _mappings.Placement.HasTiers;

    /// <summary>
    /// True when it runs a guest of KVM and what the guest accesses does not show where its tracker looks; asked after a scan.
    /// </summary>
    public bool HidesGuest
    {
        get
        {
            FileTree tree = FileTree.OfHost;
            return Tracker.Name == PageTableReader.WithoutGuests
                && tree.Numbered($"proc/{Pid}/fd", "")
                    .Exists(descriptor => GuestTables.IsVirtualMachine(tree.PathOf($"proc/{Pid}/fd/{descriptor.Name}")));
        }
    }

    /// <summary>True when the address is left alone because the process chose its placement by a memory policy.</summary>
    public bool IsChosen(ulong address) => PlacementRespect == PlacementRespect.Full && _mappings.Placement.IsChosen(address);

    /// <summary>Pins the process.</summary>
    public PidFd PidFd { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tracking.Dispose();
        _mappings.Dispose();
        _claims?.Release(Pid);
        PidFd.Dispose();
    }
}
