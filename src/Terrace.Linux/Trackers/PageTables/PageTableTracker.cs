using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.Migration;
using Terrace.Linux.Processes;
using Terrace.Linux.SecondLevel;

namespace Terrace.Linux.Trackers.PageTables;

/// <summary>
/// Reads a process's accessed bits straight out of its page tables through /proc/kcore, and clears them through
/// /proc/PID/clear_refs. Exact for every page, on unmodified kernels. Those of guests that it runs with KVM are added
/// (<see cref="GuestTables"/>).
/// </summary>
/// <remarks>
/// Why a read cannot mistake another process's tables for this one's: a pidfd pins the process; the open maps file pins its
/// mm_struct and top table; and the task is checked to be this process with this mm before and after the walk. The kernel clears
/// task.mm before it frees page tables on exit (exit_mm, kernel/exit.c), so when the check after the walk holds they were the
/// process's own throughout.
/// </remarks>
public sealed class PageTableTracker : IAccessTracker, IMappedTracker, INodeLookup, IDisposable
{
    /// <summary>Its name where it sees what guests access.</summary>
    internal const string WithGuests = "second-level";

    private readonly KernelView _kernel;
    private readonly PidFd _pidFd;
    private readonly TaskLocator _locator;
    private readonly PageTableWalker<KernelCore> _walker;
    private readonly ITrackedMachine _machine;
    private readonly Func<GuestSupport?> _guestSupport;
    private readonly TlbFlush _flush;
    private readonly string _mapsPath;
    private readonly LinuxFile _clearRefs;
    private readonly MappingLock _lock;
    private readonly ProcessMemory _memory;
    private ProcessMaps _maps;
    private GuestTables _guests;
    private TaskFacts _task;
    private ulong _root;

    private PageTableTracker(
        KernelView kernel,
        PidFd pidFd,
        ITrackedMachine machine,
        Func<GuestSupport?> guestSupport,
        string mapsPath,
        ProcessMaps maps,
        LinuxFile clearRefs,
        ProcessPlacement placement)
    {
        _kernel = kernel;
        _pidFd = pidFd;
        _machine = machine;
        _guestSupport = guestSupport;
        _flush = new TlbFlush(pidFd, machine, placement.Allowed);
        _mapsPath = mapsPath;
        _maps = maps;
        _clearRefs = clearRefs;
        _lock = new MappingLock(kernel);
        _memory = new ProcessMemory(pidFd.Pid);
        _locator = new TaskLocator(kernel);
        _guests = new GuestTables(kernel, guestSupport, pidFd.Pid);
        _walker = new PageTableWalker<KernelCore>(kernel.Core) { AddressMask = kernel.AddressMask };
    }

    /// <inheritdoc/>
    public string Name => _guests.InUse ? WithGuests : "page-tables";

    /// <inheritdoc/>
    public IMappingRules? Rules
    {
        get => _maps.Rules;
        set => _maps.Rules = value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<FastArea> Areas => _maps.Areas.All;

    /// <inheritdoc/>
    public AddressAdvice? Advice
    {
        get => _maps.Advice;
        set => _maps.Advice = value;
    }

    /// <inheritdoc/>
    public long MappingReads => _maps.Reads;

    /// <summary>Page tables read by the last <see cref="Read"/>.</summary>
    public long TablesRead { get; private set; }

    /// <inheritdoc/>
    public ScanOutcome Read(IScanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        long start = Stopwatch.GetTimestamp();
        ScanStatus status = ReadOnce(sink, out int errno);
        return new ScanOutcome(status, Stopwatch.GetElapsedTime(start), errno, _maps.Treated);
    }

    /// <summary>How much of the last <see cref="Clear"/> went into flushing TLBs (see <see cref="TlbFlush"/>).</summary>
    public TimeSpan FlushDuration { get; private set; }

    /// <summary>True when the last <see cref="Clear"/> flushed TLBs, so that every access since set its bit.</summary>
    public bool Flushed { get; private set; }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel holds the mmap lock for writing while it clears (fs/proc/task_mmu.c, clear_refs_write): page faults and mmap calls of
    /// the process wait, other accesses do not. The flush of TLBs after it holds no such lock.
    /// </remarks>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        if (TlbFlush.IsEffective && _walker.SparePage == 0)
        {
            // The first clear comes before the first read, and must flush too.
            ReadOnce(DiscardingSink.Instance, out _);
        }

        if (_maps.LeavesAllAlone)
        {
            // Nothing of it is to be moved: its accessed bits are the kernel's.
            return new ScanOutcome(_pidFd.IsAlive ? ScanStatus.Complete : ScanStatus.ProcessGone, Stopwatch.GetElapsedTime(start));
        }

        int written = _lock.Clear(_task.Mm, _clearRefs);

        // KVM flushes the guest's translations only when a page moves that its tables map.
        ulong spare = _guests.Clear() && _walker.GuestPage != 0 ? _walker.GuestPage : _walker.SparePage;
        long cleared = Stopwatch.GetTimestamp();
        Flushed = written > 0 && TlbFlush.IsEffective && _flush.Run(spare);
        FlushDuration = Stopwatch.GetElapsedTime(cleared);
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        return written > 0 ? new ScanOutcome(_pidFd.IsAlive ? ScanStatus.Complete : ScanStatus.ProcessGone, duration)
            : written == -Errno.ESRCH ? new ScanOutcome(ScanStatus.ProcessGone, duration)
            : new ScanOutcome(ScanStatus.Failed, duration, -written);
    }

    /// <inheritdoc/>
    /// <remarks>Held meanwhile: the mmap lock for reading, so that page faults do not wait. What guests access cannot be cleared
    /// so (madvise_cold_or_pageout_pte_range, mm/madvise.c).</remarks>
    public int ClearSome(Span<ulong> pages) => _pidFd.IsAlive && !_guests.InUse ? MemoryAdvice.MakeCold(_pidFd, pages) : 0;

    /// <inheritdoc/>
    public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
    {
        if (!IsSameTask() || !_pidFd.IsAlive)
        {
            return false;
        }

        _walker.Look(_root, _kernel.Levels, pages, sights);
        return IsSameTask();
    }

    /// <inheritdoc/>
    public long ResidentPages => _memory.ResidentPages;

    /// <inheritdoc/>
    bool INodeLookup.TryNodesOf(ReadOnlySpan<ulong> addresses, Span<int> nodes)
    {
        // Looks for no other task when this one is gone: that is for the next read, which must report it.
        if (!IsSameTask() || !_pidFd.IsAlive)
        {
            return false;
        }

        _walker.Locate(_root, _kernel.Levels, addresses, _machine.Frames, nodes);
        return IsSameTask();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flush.TryReturn();
        _guests.Dispose();
        _maps.Dispose();
        _clearRefs.Dispose();
        _memory.Dispose();
    }

    /// <summary>
    /// Attaches to the process that <paramref name="pidFd"/> pins (which stays the caller's): 0, ESRCH when it is gone, or the error
    /// number of a file that could not be opened.
    /// </summary>
    internal static int TryAttach(
        KernelView kernel,
        PidFd pidFd,
        ITrackedMachine machine,
        Func<GuestSupport?> guestSupport,
        ProcessPlacement placement,
        out PageTableTracker? tracker)
    {
        tracker = null;
        string mapsPath = $"/proc/{pidFd.Pid}/maps";
        int error = ProcessMaps.TryOpen(mapsPath, machine.SharedFiles, out ProcessMaps? maps);
        if (error != 0)
        {
            return error == Errno.ENOENT ? Errno.ESRCH : error;
        }

        error = LinuxFile.TryOpenWrite($"/proc/{pidFd.Pid}/clear_refs", out LinuxFile? clearRefs);
        if (error != 0)
        {
            maps!.Dispose();
            return error == Errno.ENOENT ? Errno.ESRCH : error;
        }

        // While the pinned process lives its number is not used again: what was opened above is of this process.
        maps!.Placement = placement;
        PageTableTracker attached = new(kernel, pidFd, machine, guestSupport, mapsPath, maps, clearRefs!, placement);
        if (!attached.TryLocate())
        {
            attached.Dispose();
            return Errno.ESRCH;
        }

        tracker = attached;
        return 0;
    }

    private ScanStatus ReadOnce(IScanSink sink, out int errno)
    {
        errno = 0;
        ScanStatus status = Check();
        if (status != ScanStatus.Complete)
        {
            return status;
        }

        if (_maps.Refresh(mayHaveChanged: _lock.TakeChange(_task.Mm)) <= 0)
        {
            return AfterMismatch();
        }

        // A page-table page cannot be read twice in one walk, so this many reads are enough unless the tables are not what they seem.
        long maxReads = MaxTableReads();
        _walker.Marks = _guests.Read(in _task, _machine.Frames);
        WalkResult walk = _walker.Walk(
            _root, _kernel.Levels, _maps.Managed, _machine.Frames, _kernel.HugeZeroFrame(), maxReads, _maps.Before(sink));
        _walker.Marks?.Clear();
        TablesRead = walk.TablesRead;
        status = Check();
        if (status != ScanStatus.Complete)
        {
            return status;
        }

        // A table in memory that was added after the core file was opened: the next read will find it.
        if (walk.StoppedEarly || (walk.TablesMissed > 0 && _kernel.Core.Reload()))
        {
            errno = Errno.EAGAIN;
            return ScanStatus.Failed;
        }

        return ScanStatus.Complete;
    }

    private ScanStatus Check()
    {
        if (IsSameTask())
        {
            return _pidFd.IsAlive ? ScanStatus.Complete : ScanStatus.ProcessGone;
        }

        // After memory hotplug the core file's data may have moved: look again before believing it.
        _kernel.Core.Reload();
        return IsSameTask() && _pidFd.IsAlive ? ScanStatus.Complete : AfterMismatch();
    }

    private bool IsSameTask() =>
        _locator.TryRead(_task.Address, out TaskFacts now)
            && now.Tgid == _task.Tgid
            && now.Pid == _task.Pid
            && now.Mm == _task.Mm
            && now.ExecId == _task.ExecId;

    private ScanStatus AfterMismatch() =>
        _pidFd.IsAlive && TryReopen() && TryLocate() ? ScanStatus.AddressSpaceReplaced : ScanStatus.ProcessGone;

    private bool TryReopen()
    {
        if (ProcessMaps.TryOpen(_mapsPath, _machine.SharedFiles, out ProcessMaps? maps) != 0)
        {
            return false;
        }

        maps!.Rules = _maps.Rules;
        maps.Advice = _maps.Advice;
        maps.Advice?.DropIfReplaced();
        maps.Placement = _maps.Placement;
        maps.Placement?.StartAnew();
        _maps.Dispose();
        _maps = maps;
        _lock.Forget();
        _guests.Dispose();
        _guests = new GuestTables(_kernel, _guestSupport, _pidFd.Pid);
        return true;
    }

    private bool TryLocate()
    {
        if (!_locator.TryFind(_pidFd.Pid, out _task) || _task.Mm == 0 || !_pidFd.IsAlive)
        {
            return false;
        }

        return _kernel.Core.TryReadVirtual(_task.Mm + (ulong)_kernel.Layout.MmPgd, out ulong top)
            && _kernel.Core.TryPhysicalOf(top, out _root);
    }

    // Twice what the kernel says there is, and some, for a process that grows meanwhile.
    private long MaxTableReads() =>
        _kernel.Layout.MmPageTableBytes is { } offset && _kernel.Core.TryReadVirtual(_task.Mm + (ulong)offset, out ulong bytes)
            ? (long)Math.Min(bytes / Chunk.PageBytes * 2, (ulong)_machine.Frames.Frames) + 4096
            : _machine.Frames.Frames + 4096;
}
