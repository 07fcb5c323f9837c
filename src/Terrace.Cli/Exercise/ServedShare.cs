using System.Runtime.InteropServices;
using Terrace.Core.Tracking;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Counts exactly which accesses fast memory served: every page's accesses since the last look go to the node that it is on at this
/// look (move_pages(2) with no nodes asks without moving, and needs no privilege for oneself). Looks go over the arena slice by slice,
/// spread over the reporting interval, and never touch an arena page.
/// </summary>
internal sealed unsafe class ServedShare : IDisposable
{
    /// <summary>Pages asked about in one call.</summary>
    public const int SlicePages = 2048;

    private readonly byte* _arena;
    private readonly uint _pages;
    private readonly IReadOnlyList<ExerciseWorker> _workers;
    private readonly IFastNodes _nodes;
    private readonly uint* _seen;
    private readonly ulong[] _addresses = new ulong[SlicePages];
    private readonly int[] _places = new int[SlicePages];
    private readonly bool[] _fastSlicePages;
    private readonly long[] _fastInSlice;
    private int _slice;

    public ServedShare(byte* arena, uint pages, IReadOnlyList<ExerciseWorker> workers, IFastNodes nodes)
    {
        _arena = arena;
        _pages = pages;
        _workers = workers;
        _nodes = nodes;
        Slices = (int)((pages + SlicePages - 1) / SlicePages);
        _seen = (uint*)NativeMemory.AllocZeroed(pages, sizeof(uint));
        _fastSlicePages = new bool[SlicePages];
        _fastInSlice = new long[Slices];
    }

    /// <summary>Looks that cover the arena once.</summary>
    public int Slices { get; }

    /// <summary>Accesses counted so far.</summary>
    public long Counted { get; private set; }

    /// <summary>Those of them that fast memory served.</summary>
    public long ServedByFast { get; private set; }

    /// <summary>Pages of the arena in fast memory, as of the last look at each.</summary>
    public long FastPages => _fastInSlice.Sum();

    /// <summary>Looks at the next slice: 0, or the error number.</summary>
    public int LookAtNextSlice()
    {
        int slice = _slice;
        _slice = slice + 1 == Slices ? 0 : slice + 1;
        uint first = (uint)slice * SlicePages;
        int count = (int)Math.Min(SlicePages, _pages - first);
        int error = Ask(first, count);
        if (error != 0)
        {
            return error;
        }

        long all = 0;
        long fast = 0;
        for (int i = 0; i < count; i++)
        {
            uint page = first + (uint)i;
            uint total = 0;
            foreach (ExerciseWorker worker in _workers)
            {
                total += Volatile.Read(ref worker.Counts[page]);
            }

            uint accesses = total - _seen[page];
            _seen[page] = total;
            all += accesses;
            fast += _fastSlicePages[i] ? accesses : 0;
        }

        Counted += all;
        ServedByFast += fast;
        return 0;
    }

    /// <summary>Writes every page's address, node, accesses and whether the law calls it hot.</summary>
    public void WritePages(TextWriter writer, Func<uint, bool> isHot)
    {
        writer.WriteLine("address,node,accesses,hot");
        for (uint first = 0; first < _pages; first += SlicePages)
        {
            int count = (int)Math.Min(SlicePages, _pages - first);
            _ = Ask(first, count);
            for (int i = 0; i < count; i++)
            {
                uint page = first + (uint)i;
                long accesses = _workers.Sum(worker => (long)worker.Counts[page]);
                writer.WriteLine($"{_addresses[i]:x},{_places[i]},{accesses},{(isHot(page) ? 1 : 0)}");
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_seen);

    private int Ask(uint first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _addresses[i] = (ulong)_arena + ((first + (ulong)i) << Chunk.PageShift);
        }

        int error = MovePages.Query(0, _addresses.AsSpan(0, count), _places.AsSpan(0, count));
        if (error == 0)
        {
            long fast = 0;
            for (int i = 0; i < count; i++)
            {
                _fastSlicePages[i] = _places[i] >= 0 && _nodes.IsFast(_places[i]);
                fast += _fastSlicePages[i] ? 1 : 0;
            }

            _fastInSlice[first / SlicePages] = fast;
        }

        return error;
    }
}
