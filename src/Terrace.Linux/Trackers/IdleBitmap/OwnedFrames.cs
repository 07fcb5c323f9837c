using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>
/// The page frames that a process has in given ranges, by /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst), as last
/// collected: the idle bitmap is of frames, not of processes.
/// </summary>
internal sealed class OwnedFrames
{
    private const ulong Present = 1UL << 63;
    private const ulong FrameMask = (1UL << 55) - 1;

    private readonly byte[] _path;
    private readonly ITrackedMachine _machine;
    private readonly ProcessCalls _calls;
    private readonly ulong[] _chunk = new ulong[Chunk.Pages];
    private ulong[] _entries = [];
    private ulong[] _chunks = new ulong[64];

    private OwnedFrames(byte[] path, ITrackedMachine machine, ProcessCalls calls)
    {
        _path = path;
        _calls = calls;
        _machine = machine;
    }

    /// <summary>The frames, one bit each.</summary>
    public FrameBits Bits { get; } = new();

    /// <summary>How many chunks have pages.</summary>
    public int Chunks { get; private set; }

    /// <summary>
    /// Those of a process, which the caller pins: 0, or the error number of opening its page map, which is open only while it is
    /// read. When the process has replaced its address space meanwhile, what is there now is collected, once: its mappings read as
    /// empty then.
    /// </summary>
    public static int TryOpen(PidFd process, ITrackedMachine machine, out OwnedFrames? frames)
    {
        byte[] path = BriefFile.PathOf($"/proc/{process.Pid}/pagemap");
        ProcessCalls calls = new(process, machine.Calls);
        using BriefFile pagemap = BriefFile.Adopt(calls.OpenRead(path));
        frames = pagemap.Error == 0 ? new OwnedFrames(path, machine, calls) : null;
        return pagemap.Error;
    }

    /// <summary>The frame of an entry; meaningful only when the entry is not 0.</summary>
    public static ulong FrameOf(ulong entry) => entry & FrameMask;

    /// <summary>Number of a chunk that has pages, in ascending order.</summary>
    public ulong ChunkAt(int index) => _chunks[index];

    /// <summary>A chunk's entries, one for each page; 0 where there is no page.</summary>
    public ReadOnlySpan<ulong> EntriesAt(int index) => _entries.AsSpan(index * Chunk.Pages, Chunk.Pages);

    /// <summary>Reads which frames the process has now, chunk by chunk; chunks without pages are dropped. 0, or an error number.</summary>
    public int Collect(ReadOnlySpan<AddressRange> ranges)
    {
        using BriefFile pagemap = BriefFile.Adopt(_calls.OpenRead(_path));
        if (pagemap.Error != 0)
        {
            return pagemap.Error;
        }

        FrameMap frames = _machine.Frames;
        Bits.Reserve(frames.End);
        Bits.Words.Clear();
        Chunks = 0;
        ulong next = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            for (ulong chunk = Math.Max(next, Chunk.Of(ranges[i].Start)); chunk <= Chunk.Of(ranges[i].End - 1); chunk++)
            {
                next = chunk + 1;
                int read = _calls.Read(
                    pagemap.Descriptor, (long)chunk * Chunk.Pages * sizeof(ulong), MemoryMarshal.AsBytes(_chunk.AsSpan()));
                if (read < 0)
                {
                    return -read;
                }

                _chunk.AsSpan(Math.Max(0, read / sizeof(ulong))).Clear();
                BitPlane covered = AddressRange.CoverageOf(chunk << Chunk.Shift, ranges[i..]);
                Keep(chunk, covered.AsWords(), frames);
            }
        }

        return 0;
    }

    /// <summary>As <see cref="IFrameLookup.TryFramesOf"/>; what was collected stays.</summary>
    public bool TryFramesOf(ulong chunk, Span<ulong> frames)
    {
        using BriefFile pagemap = BriefFile.Adopt(_calls.OpenRead(_path));
        if (pagemap.Error != 0
            || _calls.Read(pagemap.Descriptor, (long)chunk * Chunk.Pages * sizeof(ulong), MemoryMarshal.AsBytes(frames[..Chunk.Pages]))
                != Chunk.Pages * sizeof(ulong))
        {
            return false;
        }

        foreach (ref ulong entry in frames[..Chunk.Pages])
        {
            entry = (entry & Present) != 0 ? entry & FrameMask : 0;
        }

        return true;
    }

    private void Keep(ulong chunk, ReadOnlySpan<ulong> covered, FrameMap frames)
    {
        bool any = false;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            ulong frame = _chunk[page] & FrameMask;
            bool counts = (_chunk[page] & Present) != 0
                && (covered[page >> 6] >> (page & 63) & 1) != 0
                && frames.PlaceOf(frame) >= 0;
            _chunk[page] = counts ? frame | Present : 0;
            any |= counts;
            if (counts)
            {
                Bits.Set(frame);
            }
        }

        if (!any)
        {
            return;
        }

        if (Chunks == _chunks.Length)
        {
            Array.Resize(ref _chunks, Chunks * 2);
        }

        if (_entries.Length < (Chunks + 1) * Chunk.Pages)
        {
            Array.Resize(ref _entries, Math.Max(64 * Chunk.Pages, _entries.Length * 2));
        }

        _chunks[Chunks] = chunk;
        _chunk.CopyTo(_entries, Chunks * Chunk.Pages);
        Chunks++;
    }
}
