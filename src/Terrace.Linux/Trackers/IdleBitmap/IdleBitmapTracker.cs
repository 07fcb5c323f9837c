using System.Diagnostics;
using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>
/// Tracks through /sys/kernel/mm/page_idle/bitmap and /proc/PID/pagemap (Documentation/admin-guide/mm/idle_page_tracking.rst): needs a
/// kernel with CONFIG_IDLE_PAGE_TRACKING, and costs a reverse-map walk for every page. For where kernel memory may not be
/// read, and as what the page-table tracker is compared with.
/// </summary>
public sealed class IdleBitmapTracker : IAccessTracker, IMappedTracker, IDisposable
{
    private const string BitmapPath = "/sys/kernel/mm/page_idle/bitmap";
    private const ulong PagemapPresent = 1UL << 63;
    private const ulong PagemapFrameMask = (1UL << 55) - 1;

    // Documentation/admin-guide/mm/pagemap.rst: KPF_HUGE 17, KPF_THP 22.
    private const ulong HugeFlags = (1UL << 17) | (1UL << 22);

    private readonly PidFd _pidFd;
    private readonly ITrackedMachine _machine;
    private readonly TlbFlush _flush;
    private readonly LinuxFile _bitmap;
    private readonly LinuxFile _pagemap;
    private readonly LinuxFile _pageFlags;
    private readonly ProcessMaps _maps;
    private readonly FrameBits _ours = new();
    private readonly FrameBits _idle = new();
    private readonly ulong[] _chunk = new ulong[Chunk.Pages];
    private ulong[] _entries = [];
    private ulong[] _chunks = new ulong[64];
    private int _chunkCount;
    private ulong _coldPage;
    private ChunkFacts _facts;

    private IdleBitmapTracker(
        PidFd pidFd,
        ITrackedMachine machine,
        LinuxFile bitmap,
        LinuxFile pagemap,
        LinuxFile pageFlags,
        ProcessMaps maps,
        ProcessPlacement placement)
    {
        _pidFd = pidFd;
        _machine = machine;
        _flush = new TlbFlush(pidFd, machine, placement.Allowed);
        _bitmap = bitmap;
        _pagemap = pagemap;
        _pageFlags = pageFlags;
        _maps = maps;
        _maps.Placement = placement;
    }

    /// <inheritdoc/>
    public string Name => "idle-bitmap";

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

    /// <summary>True when this kernel has the bitmap.</summary>
    public static bool IsOffered => File.Exists(BitmapPath);

    /// <inheritdoc/>
    public ScanOutcome Read(IScanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        long start = Stopwatch.GetTimestamp();
        int error = Collect();
        if (error == 0)
        {
            error = ReadIdle();
        }

        ScanStatus status = StatusOf(error);
        if (status == ScanStatus.Complete)
        {
            Report(_maps.Before(sink));
        }

        return new ScanOutcome(status, Stopwatch.GetElapsedTime(start), status == ScanStatus.Failed ? error : 0, _maps.Treated);
    }

    /// <inheritdoc/>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        int error = Collect();
        for (int at = 0; error == 0 && _ours.NextRun(at, out Range run); at = run.End.Value)
        {
            // Zero bits leave frames as they are.
            error = _bitmap.WriteFully(run.Start.Value * 8L, MemoryMarshal.AsBytes(_ours.Words[run]));
        }

        if (error == 0 && TlbFlush.IsEffective)
        {
            _flush.Run(_coldPage != 0 ? _coldPage : AnyPage());
        }

        ScanStatus status = StatusOf(error);
        return new ScanOutcome(status, Stopwatch.GetElapsedTime(start), status == ScanStatus.Failed ? error : 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flush.TryReturn();
        _bitmap.Dispose();
        _pagemap.Dispose();
        _pageFlags.Dispose();
        _maps.Dispose();
    }

    /// <summary>
    /// Attaches to the process that <paramref name="pidFd"/> pins (which stays the caller's): 0, or the error number of a file
    /// that could not be opened.
    /// </summary>
    internal static int TryAttach(PidFd pidFd, ITrackedMachine machine, ProcessPlacement placement, out IdleBitmapTracker? tracker)
    {
        tracker = null;
        LinuxFile? pagemap = null;
        LinuxFile? pageFlags = null;
        ProcessMaps? maps = null;
        int error = LinuxFile.TryOpenReadWrite(BitmapPath, out LinuxFile? bitmap);
        error = error != 0 ? error : LinuxFile.TryOpenRead($"/proc/{pidFd.Pid}/pagemap", out pagemap);
        error = error != 0 ? error : LinuxFile.TryOpenRead("/proc/kpageflags", out pageFlags);
        error = error != 0 ? error : ProcessMaps.TryOpen($"/proc/{pidFd.Pid}/maps", machine.SharedFiles, out maps);
        error = error != 0 ? error : pidFd.IsAlive ? 0 : Errno.ESRCH;
        if (error != 0)
        {
            bitmap?.Dispose();
            pagemap?.Dispose();
            pageFlags?.Dispose();
            maps?.Dispose();
            return error;
        }

        tracker = new IdleBitmapTracker(pidFd, machine, bitmap!, pagemap!, pageFlags!, maps!, placement);
        return 0;
    }

    private ScanStatus StatusOf(int error) =>
        !_pidFd.IsAlive || error == Errno.ESRCH ? ScanStatus.ProcessGone : error == 0 ? ScanStatus.Complete : ScanStatus.Failed;

    /// <summary>Reads which frames the process has now, chunk by chunk; chunks without pages are dropped.</summary>
    private int Collect()
    {
        int mappings = _maps.Refresh();
        if (mappings <= 0)
        {
            return mappings < 0 ? -mappings : Errno.ESRCH;
        }

        FrameMap frames = _machine.Frames;
        _ours.Reserve(frames.End);
        _idle.Reserve(frames.End);
        _ours.Words.Clear();
        _chunkCount = 0;
        ReadOnlySpan<AddressRange> ranges = _maps.Managed;
        ulong next = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            for (ulong chunk = Math.Max(next, Chunk.Of(ranges[i].Start)); chunk <= Chunk.Of(ranges[i].End - 1); chunk++)
            {
                next = chunk + 1;
                int read = _pagemap.Read((long)chunk * Chunk.Pages * sizeof(ulong), MemoryMarshal.AsBytes(_chunk.AsSpan()));
                if (read < 0)
                {
                    return -read;
                }

                _chunk.AsSpan(Math.Max(0, read / sizeof(ulong))).Clear();
                BitPlane covered = AddressRange.CoverageOf(chunk << Chunk.Shift, ranges[i..]);
                KeepChunk(chunk, covered.AsWords(), frames);
            }
        }

        return 0;
    }

    private void KeepChunk(ulong chunk, ReadOnlySpan<ulong> covered, FrameMap frames)
    {
        bool any = false;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            ulong frame = _chunk[page] & PagemapFrameMask;
            bool counts = (_chunk[page] & PagemapPresent) != 0
                && (covered[page >> 6] >> (page & 63) & 1) != 0
                && frames.PlaceOf(frame) >= 0;
            _chunk[page] = counts ? frame | PagemapPresent : 0;
            any |= counts;
            if (counts)
            {
                _ours.Set(frame);
            }
        }

        if (!any)
        {
            return;
        }

        if (_chunkCount == _chunks.Length)
        {
            Array.Resize(ref _chunks, _chunkCount * 2);
        }

        if (_entries.Length < (_chunkCount + 1) * Chunk.Pages)
        {
            Array.Resize(ref _entries, Math.Max(64 * Chunk.Pages, _entries.Length * 2));
        }

        _chunks[_chunkCount] = chunk;
        _chunk.CopyTo(_entries, _chunkCount * Chunk.Pages);
        _chunkCount++;
    }

    private ulong AnyPage()
    {
        int at = _entries.AsSpan(0, _chunkCount * Chunk.Pages).IndexOfAnyExcept(0UL);
        return at < 0 ? 0 : Chunk.AddressOf(_chunks[at / Chunk.Pages], at % Chunk.Pages);
    }

    private int ReadIdle()
    {
        for (int at = 0; _ours.NextRun(at, out Range run); at = run.End.Value)
        {
            int read = _bitmap.ReadFully(run.Start.Value * 8L, MemoryMarshal.AsBytes(_idle.Words[run]));
            if (read < 0)
            {
                return -read;
            }
        }

        return 0;
    }

    private void Report(IScanSink sink)
    {
        FrameMap frames = _machine.Frames;
        for (int i = 0; i < _chunkCount; i++)
        {
            ReadOnlySpan<ulong> entries = _entries.AsSpan(i * Chunk.Pages, Chunk.Pages);
            _facts = default;
            _facts.IsHuge = IsHuge(entries);
            for (int page = 0; page < Chunk.Pages; page++)
            {
                if (entries[page] == 0)
                {
                    continue;
                }

                // Only the first frame of a huge page carries the idle flag.
                ulong frame = entries[page] & PagemapFrameMask;
                int place = frames.PlaceOf(frame);
                ulong bit = 1UL << (page & 63);
                _facts.Present.AsWords()[page >> 6] |= bit;
                bool idle = _idle.Has(_facts.IsHuge ? entries[0] & PagemapFrameMask : frame);
                _coldPage = idle && !_facts.IsHuge ? Chunk.AddressOf(_chunks[i], page) : _coldPage;
                _facts.Accessed.AsWords()[page >> 6] |= idle ? 0 : bit;
                _facts.PlaceLow.AsWords()[page >> 6] |= (place & 1) != 0 ? bit : 0;
                _facts.PlaceHigh.AsWords()[page >> 6] |= (place & 2) != 0 ? bit : 0;
            }

            sink.Record(_chunks[i], in _facts);
        }
    }

    // A huge page's frames are consecutive and aligned; whether such frames are one is asked of its first frame.
    private bool IsHuge(ReadOnlySpan<ulong> entries)
    {
        ulong first = entries[0] & PagemapFrameMask;
        if (entries[0] == 0 || first % Chunk.Pages != 0 || entries[^1] != entries[0] + Chunk.Pages - 1)
        {
            return false;
        }

        for (int page = 1; page < Chunk.Pages; page++)
        {
            if (entries[page] != entries[0] + (ulong)page)
            {
                return false;
            }
        }

        ulong flags = 0;
        return _pageFlags.Read((long)first * sizeof(ulong), MemoryMarshal.AsBytes(new Span<ulong>(ref flags))) == sizeof(ulong)
            && (flags & HugeFlags) != 0;
    }
}
