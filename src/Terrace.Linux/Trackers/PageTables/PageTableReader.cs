using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Folios;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.Migration;
using Terrace.Linux.Processes;
using Terrace.Linux.SecondLevel;

namespace Terrace.Linux.Trackers.PageTables;

/// <summary>
/// Reads a process's accessed bits straight out of its page tables through /proc/kcore. Exact for every page, on unmodified
/// kernels. Those of guests that it runs with KVM are added (<see cref="GuestTables"/>).
/// </summary>
/// <remarks>
/// Why a read cannot mistake another process's tables for this one's: the task is checked to be this process with this mm before
/// and after the walk (<see cref="TrackedTask"/>).
/// </remarks>
internal sealed class PageTableReader : IPageReader, INodeLookup, IFrameLookup
{
    /// <summary>Its name where it sees the process's own accesses only.</summary>
    internal const string WithoutGuests = "page-tables";

    /// <summary>Its name where it sees what guests access too.</summary>
    internal const string WithGuests = "second-level";

    [ThreadStatic]
    private static (KernelView? Kernel, PageTableWalker<KernelCore>? Walker) t_walker;

    // Apart from the other, which may be in the middle of a walk.
    [ThreadStatic]
    private static (KernelView? Kernel, PageTableWalker<KernelCore>? Walker) t_lookup;

    private readonly TrackedTask _task;
    private readonly int _pid;
    private readonly ITrackedMachine _machine;
    private readonly Func<GuestSupport?> _guestSupport;
    private readonly MappingLock _lock;
    private readonly ClearHints _hints;
    private readonly ManagedMappings _mappings;
    private GuestTables _guests;
    private FolioFinder? _folios;

    private PageTableReader(
        TrackedTask task,
        int pid,
        ITrackedMachine machine,
        Func<GuestSupport?> guestSupport,
        MappingLock mappingLock,
        ClearHints hints,
        ManagedMappings mappings)
    {
        _mappings = mappings;
        _task = task;
        _pid = pid;
        _machine = machine;
        _guestSupport = guestSupport;
        _lock = mappingLock;
        _hints = hints;
        _guests = new GuestTables(task.Kernel, guestSupport, pid);
    }

    // One walk at a time on a thread, and nothing is remembered from one to the next: all processes share the tables' room.
    private PageTableWalker<KernelCore> Walker => Of(ref t_walker);

    /// <inheritdoc/>
    public string Name => _guests.InUse ? WithGuests : WithoutGuests;

    /// <inheritdoc/>
    public bool IsSameAddressSpace() => _task.IsSameAfterReload();

    /// <inheritdoc/>
    public bool TakeMappingChange() => _lock.TakeChange();

    /// <inheritdoc/>
    public int Read(ReadOnlySpan<AddressRange> ranges, IScanSink sink, bool isPart = false)
    {
        PageTableWalker<KernelCore> walker = Walker;
        walker.Marks = _guests.Read(_task.Facts, _machine.Frames);
        walker.Folios = _hints.Folios = FoliosIfAny(isPart);
        WalkResult walk = walker.Walk(
            _task.Root, _task.Kernel.Levels, ranges, _machine.Frames, _task.Kernel.HugeZeroFrame(), MaxTableReads(), sink);
        walker.Marks?.Clear();
        walker.Marks = null;
        walker.Folios = null;
        _hints.GuestPage = walker.GuestPage;
        _hints.Guests = _guests.Aging;

        // A table in memory that was added after the core file was opened: the next read will find it.
        return walk.StoppedEarly || (walk.TablesMissed > 0 && _task.Kernel.Core.Reload()) ? Errno.EAGAIN : 0;
    }

    /// <inheritdoc/>
    public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => ReadSome(pages, sights, hugeToo: false);

    /// <inheritdoc/>
    public bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => ReadSome(pages, sights, hugeToo: true);

    /// <inheritdoc/>
    public bool TryFollow()
    {
        _lock.Forget();
        _guests.Dispose();
        _guests = new GuestTables(_task.Kernel, _guestSupport, _pid);
        (_hints.SparePage, _hints.GuestPage, _hints.Guests) = (0, 0, null);
        _folios?.Clear();
        return _task.TryFind();
    }

    /// <inheritdoc/>
    bool INodeLookup.TryNodesOf(ReadOnlySpan<ulong> addresses, Span<int> nodes)
    {
        // Looks for no other task when this one is gone: that is for the next read, which must report it.
        if (!_task.IsSame())
        {
            return false;
        }

        Walker.Locate(_task.Root, _task.Kernel.Levels, addresses, _machine.Frames, nodes);
        return _task.IsSame();
    }

    /// <inheritdoc/>
    bool IFrameLookup.TryFramesOf(ulong chunk, Span<ulong> frames)
    {
        if (!_task.IsSame())
        {
            return false;
        }

        Of(ref t_lookup).ReadFrames(_task.Root, _task.Kernel.Levels, chunk, frames);
        return _task.IsSame();
    }

    /// <inheritdoc/>
    public void Dispose() => _guests.Dispose();

    /// <summary>
    /// Attaches to the process that <paramref name="pidFd"/> pins (which stays the caller's): 0, ESRCH when it is gone, or the
    /// error number of a file that could not be opened.
    /// </summary>
    internal static int TryAttach(
        KernelView kernel,
        PidFd pidFd,
        ITrackedMachine machine,
        Func<GuestSupport?> guestSupport,
        ManagedMappings mappings,
        out AccessTracking? tracking)
    {
        tracking = null;
        TrackedTask task = new(kernel, pidFd);
        MappingLock mappingLock = new(task);
        ClearHints hints = new();
        PageTableReader reader = new(task, pidFd.Pid, machine, guestSupport, mappingLock, hints, mappings);
        MappedTracker tracker = new(pidFd, reader, mappings, hints);
        ProcessCalls calls = new(pidFd, machine.Calls);
        TlbFlush flush = new(pidFd, calls, machine, mappings.Placement.Allowed);
        int error = ClearRefs.TryOpen(pidFd);

        // While the pinned process lives its number is not used again: what was opened is of this process.
        if (error == 0 && task.TryFind())
        {
            mappings.TellFrames(reader);
            ClearRefs all = new(pidFd, calls, mappingLock, mappings, hints, flush, tracker);
            ColdPieces pieces = new(pidFd, calls, () => mappings.Own, tracker, hints.Sample);
            FittingClearer clearer = new(pidFd, all, pieces, mappings, hints, machine.ClearCosts, tracker);
            tracking = new AccessTracking(tracker, clearer, hints, reader);
            return 0;
        }

        tracker.Dispose();
        return error is 0 or Errno.ENOENT ? Errno.ESRCH : error;
    }

    private bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights, bool hugeToo)
    {
        if (!_task.IsSame())
        {
            return false;
        }

        Walker.Look(_task.Root, _task.Kernel.Levels, pages, sights, hugeToo);
        return _task.IsSame();
    }

    private PageTableWalker<KernelCore> Of(ref (KernelView? Kernel, PageTableWalker<KernelCore>? Walker) kept)
    {
        if (kept.Kernel != _task.Kernel || kept.Walker is null)
        {
            KernelView kernel = _task.Kernel;
            kept = (kernel, new PageTableWalker<KernelCore>(kernel.Core) { AddressMask = kernel.AddressMask });
        }

        return kept.Walker;
    }

    private FolioFinder? FoliosIfAny(bool isPart)
    {
        FolioSource? source = _machine.Folios;
        bool everywhere = source?.MayExist == true;
        _folios = source is not null && (everywhere || !_mappings.Files.IsEmpty)
            ? _folios ?? new FolioFinder(source.Flags, () => source.LargestPages)
            : null;
        _folios?.Begin(everywhere, _mappings.Files, isPart);
        return _folios;
    }

    // A page-table page cannot be read twice in one walk: twice what the kernel says there is, and some for a process that grows
    // meanwhile, are enough unless the tables are not what they seem.
    private long MaxTableReads() =>
        _task.PageTableBytes() is { } bytes
            ? (long)Math.Min(bytes / Chunk.PageBytes * 2, (ulong)_machine.Frames.Frames) + 4096
            : _machine.Frames.Frames + 4096;
}
