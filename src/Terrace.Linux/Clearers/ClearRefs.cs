using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears a process's accessed bits through /proc/PID/clear_refs, and those of guests that it runs with KVM by
/// <see cref="GenerationAging"/>; then flushes TLBs.
/// </summary>
public sealed class ClearRefs : IAccessClearer, IDisposable
{
    /// <summary>With as many mappings a clear may take long enough for others to notice: each has a lock of its own to be taken.</summary>
    private const int ManyMappings = 4096;

    private readonly PidFd _pidFd;
    private readonly ProcessCalls _calls;
    private readonly MappingLock _lock;
    private readonly ManagedMappings _mappings;
    private readonly ClearHints _hints;
    private readonly TlbFlush _flush;
    private readonly IAccessTracker _tracker;
    private SleepMark? _atFlush;
    private OngoingCall? _going;
    private BriefFile _file;
    private bool _tookLong;

    /// <summary>Makes one; <see cref="TryOpen"/> says whether the file may be written.</summary>
    /// <param name="pidFd">Pins the process; it stays the caller's.</param>
    /// <param name="calls">Makes calls about the process.</param>
    /// <param name="mappingLock">Is to know of its own clears.</param>
    /// <param name="mappings">What of it is managed.</param>
    /// <param name="hints">What reads find out.</param>
    /// <param name="flush">Flushes TLBs after a clear.</param>
    /// <param name="tracker">Reads once before the first clear, which must flush too.</param>
    internal ClearRefs(
        PidFd pidFd,
        ProcessCalls calls,
        MappingLock mappingLock,
        ManagedMappings mappings,
        ClearHints hints,
        TlbFlush flush,
        IAccessTracker tracker)
    {
        _pidFd = pidFd;
        _calls = calls;
        _lock = mappingLock;
        _mappings = mappings;
        _hints = hints;
        _flush = flush;
        _tracker = tracker;
    }

    /// <inheritdoc/>
    public string Name => "clear-refs";

    /// <summary>A clear continues by a thread of its own.</summary>
    internal bool IsGoing => _going is not null;

    /// <summary>How much of the last <see cref="Clear"/> went into flushing TLBs (see <see cref="TlbFlush"/>).</summary>
    public TimeSpan FlushDuration { get; private set; }

    /// <summary>
    /// True when the last <see cref="Clear"/> flushed TLBs, or none had a translation of the process, so that every access since set
    /// its bit.
    /// </summary>
    public bool Flushed { get; private set; }

    /// <summary>0 when the process's accessed bits may be cleared, else the error number of opening the file.</summary>
    internal static int TryOpen(PidFd process)
    {
        using BriefFile file = Open(process);
        return file.Error;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel holds the mmap lock for writing while it clears (fs/proc/task_mmu.c, clear_refs_write): page faults and mmap
    /// calls of the process wait, other accesses do not. The flush of TLBs after it holds no such lock.
    /// </remarks>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan before = TimeSpan.Zero;
        if (_going is null)
        {
            bool reads = TlbFlush.IsEffective && _hints.SparePage == 0;
            if (reads && !_tracker.Prepare())
            {
                return Unfinished(start);
            }

            if (reads)
            {
                _tracker.Read(DiscardingSink.Instance);
            }

            if (_mappings.LeavesAllAlone)
            {
                // Nothing of it is to be moved: its accessed bits are the kernel's.
                return new ScanOutcome(AliveOrGone(), Stopwatch.GetElapsedTime(start));
            }

            if (TakesLong && !_calls.TryBeginLong())
            {
                return Unfinished(start);
            }
        }

        TimeSpan ago = TimeSpan.Zero;
        int written = _going is null ? Write("1"u8) : Continue(out before, out ago);
        return End(start, written, before, ago, flushes: true);
    }

    private ScanOutcome End(long start, int written, TimeSpan before, TimeSpan ago, bool flushes)
    {
        if (written == -Errno.EINPROGRESS)
        {
            // From now on it costs those that wait for their turn nothing: it may be asked for soon.
            return new ScanOutcome(ScanStatus.Unfinished, TimeSpan.Zero);
        }

        bool agedGuests = flushes && _hints.Guests?.Run() == true;
        long cleared = Stopwatch.GetTimestamp();
        Flushed = written > 0
            && flushes
            && TlbFlush.IsEffective
            && (HasSleptSinceFlush() || Flush(agedGuests && _hints.GuestPage != 0 ? _hints.GuestPage : _hints.SparePage));
        FlushDuration = Stopwatch.GetElapsedTime(cleared);
        TimeSpan duration = before + Stopwatch.GetElapsedTime(start);
        return written > 0 ? new ScanOutcome(AliveOrGone(), duration, Ago: ago)
            : written == -Errno.ESRCH ? new ScanOutcome(ScanStatus.ProcessGone, duration)
            : new ScanOutcome(ScanStatus.Failed, duration, -written);
    }

    /// <summary>
    /// Clears those of files and shared memory alone (3 in proc_pid_clear_refs(5)), without a flush. <see cref="Clear"/> continues it.
    /// </summary>
    internal ScanOutcome ClearMapped() => End(Stopwatch.GetTimestamp(), Write("3"u8), TimeSpan.Zero, TimeSpan.Zero, flushes: false);

    /// <inheritdoc/>
    /// <remarks>Held meanwhile: the mmap lock for reading, so that page faults do not wait. What guests access cannot be cleared
    /// so (madvise_cold_or_pageout_pte_range, mm/madvise.c).</remarks>
    public int ClearSome(Span<ulong> pages) =>
        _pidFd.IsAlive && _hints.Guests is null ? _calls.MakeCold(_pidFd, pages[.._hints.KeepUnsplit(pages)]) : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.EndLong();
        if (_going is null)
        {
            _flush.TryReturn();
            return;
        }

        // The clear holds the lock that bringing the lent page home would wait for.
        _calls.Abandon(_going);
        _going = null;
    }

    // No CPU has a translation of a process that has not run since a flush, and that costs far more than to ask (the page that it
    // moves has all CPUs drain their lists): most processes of a host sleep. Another process may use the same address space
    // (vfork(2)); what that accesses is seen late.
    private bool HasSleptSinceFlush()
    {
        SleepMark? now = SleepMark.Of(_pidFd.Pid);
        bool slept = now is not null && now == _atFlush;
        _atFlush = now;
        return slept;
    }

    private bool Flush(ulong page)
    {
        bool flushed = _flush.Run(page);
        _atFlush = flushed ? _atFlush : null;
        return flushed;
    }

    private static BriefFile Open(PidFd process) =>
        BriefFile.OpenWrite(BriefFile.PathOf(process, "clear_refs"u8, stackalloc byte[BriefFile.PathBytes]));

    private bool TakesLong => _tookLong || _mappings.Count >= ManyMappings;

    private static ScanOutcome Unfinished(long start) => new(ScanStatus.Unfinished, Stopwatch.GetElapsedTime(start));

    // The open file is of the process that had the number then (struct pid): with that alive after, of ours.
    private int Write(ReadOnlySpan<byte> what)
    {
        // Through a thread that has ended the kernel would clear nothing, and say that it had.
        _lock.Reach();
        _file = Open(_pidFd);
        int written = _file.Error == 0 && !_pidFd.IsAlive || _file.Error == Errno.ENOENT
            ? -Errno.ESRCH
            : _lock.Clear(_file, _calls, what, out _going);
        return written == -Errno.EINPROGRESS ? written : EndOf(written, TimeSpan.Zero);
    }

    private int Continue(out TimeSpan took, out TimeSpan ago)
    {
        long since = _going!.Since;
        int written = _lock.Continue(_going, _calls, out took);
        ago = Stopwatch.GetElapsedTime(since) - took;
        return written == -Errno.EINPROGRESS ? written : EndOf(written, took);
    }

    private int EndOf(int written, TimeSpan took)
    {
        (_going, _tookLong) = (null, took > TimeSpan.Zero);
        _file.Dispose();
        _calls.EndLong(took);
        return written;
    }

    private ScanStatus AliveOrGone() => _pidFd.IsAlive ? ScanStatus.Complete : ScanStatus.ProcessGone;
}
