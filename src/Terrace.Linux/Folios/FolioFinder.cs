using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Folios;

/// <summary>
/// Finds which pages of a process are of folios, by what the kernel says of their frames: pages whose frames follow one another and
/// are of one compound page. It asks when a chunk's frames have changed, and of chunks with folios now and then, because a folio may
/// be split where it lies. One for each process.
/// </summary>
/// <param name="flags">Flags of page frames.</param>
/// <param name="likely">Where flags cannot be read: how many aligned pages in aligned frames are taken for a folio; 1 for none.</param>
internal sealed class FolioFinder(IFrameFlags flags, Func<int>? likely = null)
{
    // include/uapi/linux/kernel-page-flags.h: KPF_COMPOUND_HEAD 15, KPF_COMPOUND_TAIL 16.
    private const ulong Head = 1UL << 15;
    private const ulong Tail = 1UL << 16;

    /// <summary>
    /// Fewer frames in a row than the smallest folio of anonymous memory has (16 KiB) are asked about only in chunks with such folios:
    /// they may be what is left of one.
    /// </summary>
    private const int FewestPages = 4;

    /// <summary>A chunk with folios is asked about again after this many scans.</summary>
    private const uint AskEvery = 32;

    /// <summary>Chunks that are mapped no more are forgotten after this many scans.</summary>
    private const uint ForgetEvery = 64;

    private readonly Dictionary<ulong, Known> _known = [];
    private readonly List<ulong> _gone = [];
    private readonly ulong[] _frames = new ulong[Chunk.Pages];
    private readonly ulong[] _flags = new ulong[Chunk.Pages + 1];
    private Planes[] _planes = [];
    private int[] _free = [];
    private int _freeCount;
    private uint _scan;
    private bool _everywhere;
    private AddressRange[] _files = [];
    private int _fileCount;
    private int _nextFile;

    /// <summary>Chunks that have folios.</summary>
    public int Chunks { get; private set; }

    /// <summary>Room for the frames of a chunk's pages; 0 for a page that is not there.</summary>
    public Span<ulong> Frames => _frames;

    /// <summary>Begins a scan.</summary>
    /// <param name="everywhere">False: folios are looked for in mappings of files only.</param>
    /// <param name="files">Mappings of files, in ascending order.</param>
    /// <param name="isPart">It is of some chunks only: others are not to be forgotten for it.</param>
    public void Begin(bool everywhere, ReadOnlySpan<AddressRange> files, bool isPart = false)
    {
        _everywhere = everywhere;
        _nextFile = 0;
        _fileCount = files.Length;
        if (_files.Length < files.Length)
        {
            _files = new AddressRange[files.Length * 2];
        }

        files.CopyTo(_files);
        if (!isPart && _scan++ % ForgetEvery == ForgetEvery - 1)
        {
            Forget();
        }
    }

    /// <summary>A chunk is mapped, and is not looked at in this scan.</summary>
    public void Pass(ulong chunk)
    {
        ref Known known = ref CollectionsMarshal.GetValueRefOrNullRef(_known, chunk);
        if (!Unsafe.IsNullRef(ref known))
        {
            known.Scan = _scan;
        }
    }

    /// <summary>True when folios are looked for in the chunk that begins at an address; to be asked in ascending order.</summary>
    public bool LooksIn(ulong start)
    {
        while (_nextFile < _fileCount && _files[_nextFile].End <= start)
        {
            _nextFile++;
        }

        return _everywhere || (_nextFile < _fileCount && _files[_nextFile].Start < start + Chunk.Bytes);
    }

    /// <summary>Adds to what a scan saw of a chunk which pages are joined to folios; its frames are in <see cref="Frames"/>.</summary>
    public void Find(ulong chunk, ref ChunkFacts facts)
    {
        ulong sum = 0;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            sum += _frames[page] * (((ulong)page * 2) + 1);
        }

        ref Known known = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, chunk, out bool exists);
        bool ask = !exists || known.Sum != sum || (known.Planes > 0 && (chunk + _scan) % AskEvery == 0);
        known.Sum = sum;
        known.Scan = _scan;
        if (ask)
        {
            Planes planes = default;
            Ask(FewestPages, Chunk.Pages, ref planes);
            if (planes.Any)
            {
                Ask(1, FewestPages - 1, ref planes);
            }

            Keep(ref known, in planes);
        }

        facts.HasFolios = known.Planes > 0;
        if (facts.HasFolios)
        {
            facts.Joined = _planes[known.Planes - 1].Joined;
        }
    }

    /// <summary>
    /// Keeps, of ascending addresses of pages, single pages and folios that are there in full, so that what is done with them splits none:
    /// moves them to the start, and returns how many. A folio of which a part lies elsewhere, or that the process maps in part, goes.
    /// </summary>
    /// <param name="pages">The addresses.</param>
    /// <param name="keepsFolios">False: all pages of folios go.</param>
    public int KeepWhole(Span<ulong> pages, bool keepsFolios)
    {
        int kept = 0;
        for (int i = 0; i < pages.Length && Chunks > 0;)
        {
            int count = 1;
            bool keep = true;
            if (_known.TryGetValue(Chunk.Of(pages[i]), out Known known) && known.Planes > 0)
            {
                ref Planes planes = ref _planes[known.Planes - 1];
                int page = (int)(pages[i] >> Chunk.PageShift) & (Chunk.Pages - 1);
                int start = FolioRuns.StartOf(planes.Joined, page);
                int end = FolioRuns.EndOf(planes.Joined, page);
                bool single = end - start == 1;
                ulong last = Chunk.AddressOf(Chunk.Of(pages[i]), end - 1);
                while (i + count < pages.Length && pages[i + count] <= last)
                {
                    count++;
                }

                keep = !Has(planes.Part, page) && (single || (keepsFolios && page == start && count == end - start));
            }

            if (keep)
            {
                pages.Slice(i, count).CopyTo(pages[kept..]);
                kept += count;
            }

            i += count;
        }

        return Chunks > 0 ? kept : pages.Length;
    }

    /// <summary>Forgets all: the process has a new address space.</summary>
    public void Clear()
    {
        _known.Clear();
        (_planes, _free, _freeCount, Chunks) = ([], [], 0, 0);
    }

    private static bool Has(ReadOnlySpan<ulong> plane, int page) => (plane[page >> 6] >> (page & 63) & 1) != 0;

    private static void Set(Span<ulong> plane, int page) => plane[page >> 6] |= 1UL << (page & 63);

    /// <summary>Asks about frames that follow one another, where there are as many.</summary>
    private void Ask(int fewest, int most, ref Planes planes)
    {
        for (int start = 0; start < Chunk.Pages;)
        {
            int end = start + 1;
            while (_frames[start] != 0 && end < Chunk.Pages && _frames[end] == _frames[end - 1] + 1)
            {
                end++;
            }

            if (_frames[start] != 0 && end - start >= fewest && end - start <= most)
            {
                // The frame after them tells whether the last folio continues there.
                Span<ulong> of = _flags.AsSpan(0, end - start + 1);
                int read = flags.Read(_frames[start], of);
                of[read..].Clear();
                if (read >= end - start)
                {
                    Join(start, end, of, ref planes);
                }
                else if (likely?.Invoke() is > 1 and int size)
                {
                    Guess(start, end, size, ref planes);
                }
            }

            start = end;
        }
    }

    private static void Join(int start, int end, ReadOnlySpan<ulong> flags, ref Planes planes)
    {
        Span<ulong> joined = planes.Joined.AsWords();
        for (int first = start; first < end;)
        {
            int next = first + 1;
            while (next < end && (flags[next - start] & Tail) != 0)
            {
                Set(joined, next);
                next++;
            }

            bool isWhole = (flags[first - start] & Tail) == 0 && (flags[next - start] & Tail) == 0;
            for (int page = first; page < next && !isWhole && (flags[page - start] & (Head | Tail)) != 0; page++)
            {
                Set(planes.Part.AsWords(), page);
            }

            first = next;
        }
    }

    // A guess that is wrong costs little: the mover sees that only one page has moved, and names the others.
    private void Guess(int start, int end, int size, ref Planes planes)
    {
        int aligned = start + (int)((0 - _frames[start]) & (uint)(size - 1));
        for (int first = aligned; first + size <= end; first += size)
        {
            for (int page = first; page < first + size && first % size == 0; page++)
            {
                Set(planes.Part.AsWords(), page);
                if (page > first)
                {
                    Set(planes.Joined.AsWords(), page);
                }
            }
        }
    }

    private void Keep(ref Known known, in Planes planes)
    {
        if (!planes.Any)
        {
            Release(ref known);
            return;
        }

        if (known.Planes == 0)
        {
            if (_freeCount == 0)
            {
                Grow();
            }

            known.Planes = _free[--_freeCount];
            Chunks++;
        }

        _planes[known.Planes - 1] = planes;
    }

    private void Grow()
    {
        int before = _planes.Length;
        int size = Math.Max(16, before + (before / 4));
        Array.Resize(ref _planes, size);
        Array.Resize(ref _free, size);
        for (int i = size; i > before; i--)
        {
            _free[_freeCount++] = i;
        }
    }

    private void Release(ref Known known)
    {
        if (known.Planes > 0)
        {
            _free[_freeCount++] = known.Planes;
            known.Planes = 0;
            Chunks--;
        }
    }

    private void Forget()
    {
        foreach ((ulong chunk, Known known) in _known)
        {
            if (_scan - known.Scan > ForgetEvery)
            {
                _gone.Add(chunk);
            }
        }

        foreach (ulong chunk in _gone)
        {
            Release(ref CollectionsMarshal.GetValueRefOrNullRef(_known, chunk));
            _known.Remove(chunk);
        }

        _gone.Clear();
    }

    /// <summary>What is known of a chunk.</summary>
    private struct Known
    {
        /// <summary>Of its frames, to see that they have changed.</summary>
        public ulong Sum;

        public uint Scan;

        /// <summary>Number of its planes, from 1; 0 when it has no folios.</summary>
        public int Planes;
    }

    private struct Planes
    {
        public BitPlane Joined;

        /// <summary>Pages of folios of which a part is elsewhere, or not mapped here.</summary>
        public BitPlane Part;

        public readonly bool Any
        {
            get
            {
                ReadOnlySpan<ulong> joined = Joined;
                ReadOnlySpan<ulong> part = Part;
                return joined.ContainsAnyExcept(0UL) || part.ContainsAnyExcept(0UL);
            }
        }
    }
}
