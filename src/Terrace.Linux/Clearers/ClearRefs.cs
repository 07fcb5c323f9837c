using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears a process's accessed bits through /proc/PID/clear_refs, and those of guests that it runs with KVM by
/// <see cref="GenerationAging"/>; then flushes TLBs.
/// </summary>
public sealed class ClearRefs : IAccessClearer, IDisposable
{
    private readonly PidFd _pidFd;
    private readonly MappingLock _lock;
    private readonly ManagedMappings _mappings;
    private readonly ClearHints _hints;
    private readonly TlbFlush _flush;
    private readonly IAccessTracker _tracker;
    private readonly LinuxFile _file;

    private ClearRefs(
        PidFd pidFd,
        MappingLock mappingLock,
        ManagedMappings mappings,
        ClearHints hints,
        TlbFlush flush,
        IAccessTracker tracker,
        LinuxFile file)
    {
        _pidFd = pidFd;
        _lock = mappingLock;
        _mappings = mappings;
        _hints = hints;
        _flush = flush;
        _tracker = tracker;
        _file = file;
    }

    /// <summary>How much of the last <see cref="Clear"/> went into flushing TLBs (see <see cref="TlbFlush"/>).</summary>
    public TimeSpan FlushDuration { get; private set; }

    /// <summary>True when the last <see cref="Clear"/> flushed TLBs, so that every access since set its bit.</summary>
    public bool Flushed { get; private set; }

    /// <summary>Opens the file of a process that <paramref name="pidFd"/> pins: 0, or the error number.</summary>
    /// <param name="pidFd">The process, which stays the caller's.</param>
    /// <param name="mappingLock">Is to know of its own clears.</param>
    /// <param name="mappings">What of it is managed.</param>
    /// <param name="hints">What reads find out.</param>
    /// <param name="flush">Flushes TLBs after a clear.</param>
    /// <param name="tracker">Reads once before the first clear, which must flush too.</param>
    /// <param name="clearer">The clearer; null after an error.</param>
    internal static int TryOpen(
        PidFd pidFd,
        MappingLock mappingLock,
        ManagedMappings mappings,
        ClearHints hints,
        TlbFlush flush,
        IAccessTracker tracker,
        out ClearRefs? clearer)
    {
        int error = LinuxFile.TryOpenWrite($"/proc/{pidFd.Pid}/clear_refs", out LinuxFile? file);
        clearer = error == 0 ? new ClearRefs(pidFd, mappingLock, mappings, hints, flush, tracker, file!) : null;
        return error;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel holds the mmap lock for writing while it clears (fs/proc/task_mmu.c, clear_refs_write): page faults and mmap
    /// calls of the process wait, other accesses do not. The flush of TLBs after it holds no such lock.
    /// </remarks>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        if (TlbFlush.IsEffective && _hints.SparePage == 0)
        {
            _tracker.Read(DiscardingSink.Instance);
        }

        if (_mappings.LeavesAllAlone)
        {
            // Nothing of it is to be moved: its accessed bits are the kernel's.
            return new ScanOutcome(AliveOrGone(), Stopwatch.GetElapsedTime(start));
        }

        int written = _lock.Clear(_file);
        bool agedGuests = _hints.Guests?.Run() == true;
        long cleared = Stopwatch.GetTimestamp();
        Flushed = written > 0
            && TlbFlush.IsEffective
            && _flush.Run(agedGuests && _hints.GuestPage != 0 ? _hints.GuestPage : _hints.SparePage);
        FlushDuration = Stopwatch.GetElapsedTime(cleared);
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        return written > 0 ? new ScanOutcome(AliveOrGone(), duration)
            : written == -Errno.ESRCH ? new ScanOutcome(ScanStatus.ProcessGone, duration)
            : new ScanOutcome(ScanStatus.Failed, duration, -written);
    }

    /// <inheritdoc/>
    /// <remarks>Held meanwhile: the mmap lock for reading, so that page faults do not wait. What guests access cannot be cleared
    /// so (madvise_cold_or_pageout_pte_range, mm/madvise.c).</remarks>
    public int ClearSome(Span<ulong> pages) =>
        _pidFd.IsAlive && _hints.Guests is null ? MemoryAdvice.MakeCold(_pidFd, pages) : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _flush.TryReturn();
        _file.Dispose();
    }

    private ScanStatus AliveOrGone() => _pidFd.IsAlive ? ScanStatus.Complete : ScanStatus.ProcessGone;
}
