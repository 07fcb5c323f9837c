using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Files;
using Terrace.Linux.Folios;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>
/// Reads /sys/kernel/mm/page_idle/bitmap (Documentation/admin-guide/mm/idle_page_tracking.rst): needs a kernel with
/// CONFIG_IDLE_PAGE_TRACKING, and costs a reverse-map walk for every page. For where kernel memory may not be read, and as what
/// the page-table tracker is compared with.
/// </summary>
internal sealed class IdleBitmapReader : IPageReader, IFrameLookup
{
    // Documentation/admin-guide/mm/pagemap.rst: KPF_HUGE 17, KPF_THP 22.
    private const ulong HugeFlags = (1UL << 17) | (1UL << 22);

    private readonly PidFd _pidFd;
    private readonly ITrackedMachine _machine;
    private readonly IdleBitmapFiles _files;
    private readonly OwnedFrames _owned;
    private readonly ClearHints _hints;
    private readonly FrameBits _idle = new();
    private FolioFinder? _found;
    private ChunkFacts _facts;

    private IdleBitmapReader(PidFd pidFd, ITrackedMachine machine, IdleBitmapFiles files, OwnedFrames owned, ClearHints hints)
    {
        _hints = hints;
        _pidFd = pidFd;
        _machine = machine;
        _files = files;
        _owned = owned;
    }

    /// <summary>True when this kernel has the bitmap.</summary>
    public static bool IsOffered => File.Exists(IdleBitmapFiles.BitmapPath);

    /// <inheritdoc/>
    public string Name => "idle-bitmap";

    /// <inheritdoc/>
    /// <remarks>The page map of an address space that was replaced reads as empty (fs/proc/task_mmu.c, pagemap_read).</remarks>
    public bool IsSameAddressSpace()
    {
        // Through a thread that has ended it would read as empty.
        LivingThread.Renew(_pidFd);
        return _pidFd.IsAlive;
    }

    /// <inheritdoc/>
    public bool TakeMappingChange() => true;

    /// <inheritdoc/>
    public int Read(ReadOnlySpan<AddressRange> ranges, IScanSink sink, bool isPart = false)
    {
        int error = _owned.Collect(ranges);
        error = error != 0 ? error : ReadIdle();
        if (error == 0)
        {
            Report(sink);
        }

        return error;
    }

    /// <inheritdoc/>
    public bool TryFollow()
    {
        _found?.Clear();
        return true;
    }

    /// <inheritdoc/>
    bool IFrameLookup.TryFramesOf(ulong chunk, Span<ulong> frames) => _owned.TryFramesOf(chunk, frames);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Its files are the machine's, or open only while they are read.
    }

    /// <summary>
    /// Attaches to the process that <paramref name="pidFd"/> pins (which stays the caller's): 0, or the error number of a file
    /// that could not be opened.
    /// </summary>
    internal static int TryAttach(
        PidFd pidFd, ITrackedMachine machine, IdleBitmapFiles files, ManagedMappings mappings, out AccessTracking? tracking)
    {
        tracking = null;
        OwnedFrames? owned = null;
        int error = files.TryOpen();
        error = error != 0 ? error : OwnedFrames.TryOpen(pidFd, machine, out owned);
        error = error != 0 ? error : pidFd.IsAlive ? 0 : Errno.ESRCH;
        if (error != 0)
        {
            return error;
        }

        ClearHints hints = new();
        IdleBitmapReader reader = new(pidFd, machine, files, owned!, hints);
        MappedTracker tracker = new(pidFd, reader, mappings, hints);
        mappings.TellFrames(reader);
        TlbFlush flush = new(pidFd, new ProcessCalls(pidFd, machine.Calls), machine, mappings.Placement.Allowed);
        tracking = new AccessTracking(tracker, new IdleBitmapClearer(pidFd, mappings, owned!, files.Bitmap, flush, hints), hints);
        return 0;
    }

    private int ReadIdle()
    {
        _idle.Reserve(_machine.Frames.End);
        for (int at = 0; _owned.Bits.NextRun(at, out Range run); at = run.End.Value)
        {
            int read = _files.Bitmap.ReadFully(run.Start.Value * 8L, MemoryMarshal.AsBytes(_idle.Words[run]));
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
        FolioFinder? folios = _hints.Folios = FoliosIfAny();
        for (int i = 0; i < _owned.Chunks; i++)
        {
            ReadOnlySpan<ulong> entries = _owned.EntriesAt(i);
            _facts = default;
            _facts.IsHuge = IsHuge(entries);
            for (int page = 0; page < Chunk.Pages; page++)
            {
                if (entries[page] == 0)
                {
                    continue;
                }

                // Only the first frame of a huge page carries the idle flag.
                ulong frame = OwnedFrames.FrameOf(entries[page]);
                int place = frames.PlaceOf(frame);
                if (place < 0)
                {
                    continue;
                }

                ulong bit = 1UL << (page & 63);
                _facts.Present.AsWords()[page >> 6] |= bit;
                bool idle = _idle.Has(_facts.IsHuge ? OwnedFrames.FrameOf(entries[0]) : frame);
                _facts.Accessed.AsWords()[page >> 6] |= idle ? 0 : bit;
                _facts.AddToPlace(page >> 6, bit, place);
            }

            if (folios is not null && !_facts.IsHuge)
            {
                FindFolios(folios, _owned.ChunkAt(i), entries);
            }

            sink.Record(_owned.ChunkAt(i), in _facts);
        }
    }

    private FolioFinder? FoliosIfAny()
    {
        _found = _machine.Folios is { MayExist: true } source
            ? _found ?? new FolioFinder(source.Flags, () => source.LargestPages)
            : null;
        _found?.Begin(everywhere: true, []);
        return _found;
    }

    private void FindFolios(FolioFinder folios, ulong chunk, ReadOnlySpan<ulong> entries)
    {
        for (int page = 0; page < Chunk.Pages; page++)
        {
            folios.Frames[page] = OwnedFrames.FrameOf(entries[page]);
        }

        folios.Find(chunk, ref _facts);
        for (int word = 0; word < BitPlane.Words && _facts.HasFolios; word++)
        {
            // Only the first frame of a folio carries the idle flag, too.
            _facts.Accessed.AsWords()[word] &= ~_facts.Joined[word];
        }
    }

    // A huge page's frames are consecutive and aligned; whether such frames are one is asked of its first frame.
    private bool IsHuge(ReadOnlySpan<ulong> entries)
    {
        ulong first = OwnedFrames.FrameOf(entries[0]);
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
        return _files.PageFlags.Read((long)first * sizeof(ulong), MemoryMarshal.AsBytes(new Span<ulong>(ref flags))) == sizeof(ulong)
            && (flags & HugeFlags) != 0;
    }
}
