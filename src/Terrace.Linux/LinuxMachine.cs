using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Clearers;
using Terrace.Linux.Files;
using Terrace.Linux.Folios;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.Nodes;
using Terrace.Linux.Pressures;
using Terrace.Linux.Processes;
using Terrace.Linux.Reclaim;
using Terrace.Linux.SecondLevel;
using Terrace.Linux.Trackers;
using Terrace.Linux.Trackers.IdleBitmap;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux;

/// <summary>The machine that Terrace runs on.</summary>
public sealed class LinuxMachine : ITrackedMachine, IDisposable
{
    private readonly string _root;
    private readonly HostPressure _pressure;
    private readonly INodeTruth? _truth;
    private TierChoice? _tiers;
    private (Topology? Of, CpuNodes? Nodes) _cpuNodes;
    private readonly IdleBitmapFiles _idleBitmap = new();
    private readonly FolioSource _folios;
    private readonly WatermarkKnobs _watermarks;
    private MachineFacts _facts;
    private NodeGauges _gauges;
    private KernelView? _kernel;
    private TrackerProblem? _kernelProblem;
    private GuestSupport? _guestSupport;
    private bool _guestsTried;

    /// <summary>
    /// Reads the machine's nodes. <paramref name="root"/> is <c>/</c>, or a captured tree in tests; <paramref name="truth"/> is
    /// what a guest's host says of them; <paramref name="tiers"/> what an operator says.
    /// </summary>
    /// <exception cref="InvalidDataException">A file that every kernel has is missing or malformed.</exception>
    public LinuxMachine(string root = "/", INodeTruth? truth = null, TierChoice? tiers = null)
    {
        _tiers = tiers;
        _root = root;
        _truth = truth;
        _watermarks = new WatermarkKnobs(root);
        _ = _watermarks.HaveChanged();
        _facts = ReadFacts();
        _gauges = NewGauges();
        _pressure = new HostPressure(new FileTree(root));
        ReclaimLists = new ReclaimLists(root);
        _folios = new FolioSource(root);
        SharedFiles = new SharedFiles { Common = new CommonFrames(root) };
    }

    /// <inheritdoc/>
    public IPressureGauge Pressure => _pressure;

    /// <inheritdoc/>
    public Topology Topology => _facts.Topology;

    /// <inheritdoc/>
    public PlaceMap Places => _facts.Places;

    /// <summary>
    /// Which nodes are in which tier, as an operator says; null for what kernel and firmware say. Holds from the next
    /// <see cref="Refresh"/> on. A node that comes later and is not named is in no tier; one that goes, or has not come yet, is left
    /// out.
    /// </summary>
    public TierChoice? Tiers
    {
        get => _tiers;
        set => _tiers = value?.Equals(_tiers) == true ? _tiers : value;
    }

    /// <summary>
    /// Nodes that are there or can come while the machine runs, as of now (Documentation/ABI/stable/sysfs-devices-node); just those that
    /// are there where the kernel does not say.
    /// </summary>
    public IReadOnlyList<int> PossibleNodes => new TopologyReader(_root).ReadPossibleNodes() ?? [.. Topology.Nodes.Select(node => node.Id)];

    /// <summary>The node of every CPU.</summary>
    internal CpuNodes CpuNodes
    {
        get
        {
            if (!ReferenceEquals(_cpuNodes.Of, _facts.Topology))
            {
                _cpuNodes = (_facts.Topology, new CpuNodes(_facts.Topology));
            }

            return _cpuNodes.Nodes!;
        }
    }

    /// <summary>Node and place of every page frame.</summary>
    public FrameMap Frames => _facts.Frames;

    /// <summary>
    /// What reading second-level page tables needs; null where they cannot be read. Costs some time when first asked for.
    /// </summary>
    internal GuestSupport? GuestSupport
    {
        get
        {
            if (!_guestsTried)
            {
                _guestsTried = true;
                KernelTypeReads++;
                _guestSupport = GuestSupport.TryOpen(_root);
            }

            return _guestSupport;
        }
    }

    /// <summary>The lists that its reclaim keeps pages on.</summary>
    internal ReclaimLists ReclaimLists { get; }

    /// <summary>
    /// How often it has read the kernel's type information, some megabytes that nobody needs afterwards: when a process is first
    /// attached, and when one first runs a guest.
    /// </summary>
    public int KernelTypeReads { get; private set; }

    /// <summary>
    /// Where processes that are attached are claimed before others; null when nobody need know, as for a single look.
    /// </summary>
    public ProcessClaims? Claims { get; set; }

    /// <inheritdoc/>
    public long TrackingBytes => SharedFiles.Bytes;

    /// <summary>What its attached processes share.</summary>
    internal SharedFiles SharedFiles { get; }

    /// <inheritdoc/>
    SharedFiles ITrackedMachine.SharedFiles => SharedFiles;

    /// <inheritdoc cref="ITrackedMachine.Calls"/>
    public BoundedCalls Calls { get; } = new();

    /// <inheritdoc/>
    BoundedCalls? ITrackedMachine.Calls => Calls;

    /// <inheritdoc/>
    FolioSource? ITrackedMachine.Folios => _folios;

    /// <inheritdoc/>
    ClearCosts ITrackedMachine.ClearCosts { get; } = new();

    /// <summary>What the kernel's own tiering is set to now: anybody may change it at any time.</summary>
    public KernelTiering KernelTiering => new TopologyReader(_root).ReadKernelTiering();

    /// <inheritdoc/>
    /// <remarks>When nodes or their sizes changed (memory hotplug), what they must keep free, or a guest's host moved them, all is read
    /// afresh; a reading
    /// that fails meanwhile leaves the last one.</remarks>
    public void Refresh()
    {
        bool changed = _watermarks.HaveChanged();
        if (_gauges.Refresh() && !changed && _truth?.HasChanged() != true && ReferenceEquals(_tiers, _facts.Topology.Choice))
        {
            return;
        }

        try
        {
            _facts = ReadFacts();
        }
        catch (InvalidDataException)
        {
            // A node went away between two reads; the next refresh sees the end of it.
            return;
        }

        _gauges.Dispose();
        _gauges = NewGauges();
    }

    /// <inheritdoc/>
    public long FreeBytes(int node) => _gauges.UseOf(node).FreeBytes;

    /// <inheritdoc/>
    public NodeUse UseOf(int node) => _gauges.UseOf(node);

    /// <inheritdoc/>
    public long PoolBytes(int node) => NodePools.BytesOf(new FileTree(_root), node);

    /// <inheritdoc/>
    public long ReserveBytes(int node) => _facts.ReserveBytes.TryGetValue(node, out long bytes) ? bytes : 0;

    /// <summary>
    /// Descriptors of attached processes have lower numbers than this: the others are kept for the rest of the program (see
    /// <see cref="DescriptorReserve"/>). A process that would need another is refused.
    /// </summary>
    public int DescriptorCeiling
    {
        get => SharedFiles.DescriptorCeiling;
        set => SharedFiles.DescriptorCeiling = value;
    }

    /// <summary>Attaches a process for tracking and migration; false with the reason in <paramref name="error"/>.</summary>
    public bool Attach(int pid, out LinuxProcess? process, out AttachError? error, TrackerChoice choice = TrackerChoice.Best)
    {
        process = null;
        PidFd? pidFd = null;
        int opened = pid > 0 ? PidFd.TryOpen(pid, out pidFd) : Errno.ESRCH;
        if (opened != 0)
        {
            error = ErrorOf(opened, pid);
            return false;
        }

        if (Claims?.TryClaim(pid) is { } holder)
        {
            pidFd!.Dispose();
            error = ErrorOf(holder, pid);
            return false;
        }

        bool attached = false;
        try
        {
            if (DescriptorLimit.NumberOf(pidFd!) >= DescriptorCeiling)
            {
                error = ErrorOf(Errno.EMFILE, pid);
                return false;
            }

            attached = TryAttach(pidFd!, choice, out process, out error);
            return attached;
        }
        finally
        {
            if (!attached)
            {
                Claims?.Release(pid);
                pidFd!.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gauges.Dispose();
        _pressure.Dispose();
        ReclaimLists.Dispose();
        _idleBitmap.Dispose();
        _folios.Dispose();
        _kernel?.Dispose();
        Claims?.Dispose();
        Calls.Dispose();
    }

    private static AttachError ErrorOf(ClaimHolder holder, int pid) => new(
        AttachErrorReason.ManagedElsewhere,
        $"process {pid} is managed by {holder} already",
        holder.IsDaemon
            ? "terrace targets shows its target: change its share with terrace set TARGET --fast SHARE, or have the daemon let go of it "
                + "with terrace pause TARGET"
            : "two would undo each other's moves: end that one first");

    private static AttachError ErrorOf(int errno, int pid) => errno switch
    {
        Errno.EPERM or Errno.EACCES => new AttachError(
            AttachErrorReason.NotPermitted,
            $"process {pid} may not be tracked (error {errno})",
            "run as root, with CAP_SYS_PTRACE, CAP_DAC_OVERRIDE and CAP_SYS_NICE"),
        Errno.ETIMEDOUT => new AttachError(
            AttachErrorReason.Hangs,
            $"the memory of process {pid} cannot be looked at: something else holds its lock and does not give it back",
            $"see what it waits for: ps -L -o pid,stat,wchan:32 -p {pid}; a file server that does not answer?"),
        Errno.EMFILE or Errno.ENFILE => new AttachError(
            AttachErrorReason.NoDescriptors,
            $"too many files are open for process {pid} to be tracked (error {errno})",
            errno == Errno.ENFILE ? "raise fs.file-max" : "raise the limit: LimitNOFILE= of a service, ulimit -n in a shell"),
        Errno.EINVAL or Errno.ENOENT when File.Exists($"/proc/{pid}/stat") => new AttachError(
            AttachErrorReason.NotAProcess,
            $"{pid} is a thread of another process",
            $"name the process: the line Tgid of /proc/{pid}/status"),
        _ => new AttachError(AttachErrorReason.NoSuchProcess, $"there is no process {pid}", "check the number, for example with ps"),
    };

    private bool TryAttach(PidFd pidFd, TrackerChoice choice, out LinuxProcess? process, out AttachError? error)
    {
        process = null;
        int pid = pidFd.Pid;
        if (ProcessStat.TryRead(pid) is not { } stat || !pidFd.IsAlive)
        {
            error = ErrorOf(pidFd.IsAlive && DescriptorLimit.LowestFree == int.MaxValue ? Errno.EMFILE : Errno.ESRCH, pid);
            return false;
        }

        if (stat.IsKernelThread)
        {
            error = new AttachError(
                AttachErrorReason.KernelThread,
                $"{pid} ({stat.Name}) is a kernel thread and has no memory of its own",
                "name a user process");
            return false;
        }

        if (choice != TrackerChoice.IdleBitmap && OpenKernel() is { } kernel)
        {
            return TryAttach(
                pidFd,
                stat,
                mappings => (PageTableReader.TryAttach(kernel, pidFd, this, () => GuestSupport, mappings, out AccessTracking? made), made),
                out process,
                out error);
        }

        if (choice != TrackerChoice.PageTables && IdleBitmapReader.IsOffered)
        {
            return TryAttach(
                pidFd,
                stat,
                mappings => (IdleBitmapReader.TryAttach(pidFd, this, _idleBitmap, mappings, out AccessTracking? made), made),
                out process,
                out error);
        }

        error = choice == TrackerChoice.IdleBitmap
            ? new AttachError(
                AttachErrorReason.NoTracker,
                "this kernel has no /sys/kernel/mm/page_idle/bitmap",
                "use a kernel with CONFIG_IDLE_PAGE_TRACKING=y, or the page-table tracker")
            : new AttachError(
                _kernelProblem!.Reason == TrackerProblemReason.NotPermitted ? AttachErrorReason.NotPermitted : AttachErrorReason.NoTracker,
                _kernelProblem.Problem);
        return false;
    }

    private bool TryAttach(
        PidFd pidFd,
        ProcessStat stat,
        Func<ManagedMappings, (int Errno, AccessTracking? Tracking)> attach,
        out LinuxProcess? process,
        out AttachError? error)
    {
        process = null;
        LivingThread.Renew(pidFd);
        int failed = ManagedMappings.TryOpen(
            $"/proc/{pidFd.Pid}", this, SharedFiles, out ManagedMappings? mappings, calls: new ProcessCalls(pidFd, Calls));
        failed = failed == Errno.ENOENT ? Errno.ESRCH
            : failed == 0 && mappings!.Descriptor >= DescriptorCeiling ? Errno.EMFILE
            : failed;
        AccessTracking? tracking = null;
        if (failed == 0)
        {
            (failed, tracking) = attach(mappings!);
        }

        if (failed != 0)
        {
            mappings?.Dispose();
            error = ErrorOf(failed, pidFd.Pid);
            return false;
        }

        process = new LinuxProcess(pidFd, stat.Name, this, mappings!, tracking!);
        error = null;
        return true;
    }

    // Once: the kernel's types and symbols do not change while it runs.
    private KernelView? OpenKernel()
    {
        if (_kernel is null && _kernelProblem is null)
        {
            KernelTypeReads++;
            _kernel = KernelView.TryOpen(_root, out _kernelProblem);
        }

        return _kernel;
    }

    private MachineFacts ReadFacts()
    {
        MachineFacts facts = new TopologyReader(_root, _tiers).Read();
        return _truth?.HostTiersOf(facts.Frames) is { } tiers ? facts.With(tiers) : facts;
    }

    private NodeGauges NewGauges() => new(new FileTree(_root), [.. _facts.Topology.Nodes.Select(node => node.Id)]);
}
