using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Counts exactly which accesses fast memory served: every page's accesses since the last look go to the node that it is on at this
/// look. Looks go over the arena slice by slice, spread over the reporting interval, and never touch an arena page. Neighbouring
/// slices are looked
/// at far apart in time: a second's counts are of a little before for one slice and a little after for another, which must not
/// coincide with
/// fast and slow, or the share would swing with the workload's speed.
/// </summary>
internal sealed unsafe class ServedShare : IDisposable
{
    /// <summary>Pages asked about in one call.</summary>
    public const int SlicePages = 2048;

    private readonly byte* _arena;
    private readonly uint _pages;
    private readonly ExerciseWorker[] _workers;
    private readonly IPageLocator _locator;
    private readonly uint* _seen;
    private readonly bool[] _fast;
    private readonly long[] _fastInSlice;
    private readonly int _stride;
    private int _looks;

    public ServedShare(byte* arena, uint pages, IReadOnlyList<ExerciseWorker> workers, IPageLocator locator)
    {
        _arena = arena;
        _pages = pages;
        _workers = [.. workers];
        _locator = locator;
        Slices = (int)((pages + SlicePages - 1) / SlicePages);
        _seen = (uint*)NativeMemory.AllocZeroed(pages, sizeof(uint));
        _fast = new bool[pages];
        _fastInSlice = new long[Slices];
        _stride = StrideFor(Slices);
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
        int slice = (int)((long)_looks * _stride % Slices);
        _looks = _looks + 1 == Slices ? 0 : _looks + 1;
        uint first = (uint)slice * SlicePages;
        int count = (int)Math.Min(SlicePages, _pages - first);
        Span<bool> fast = _fast.AsSpan((int)first, count);
        int error = _locator.Locate(AddressOf(first), fast);
        if (error != 0)
        {
            return error;
        }

        long all = 0;
        long served = 0;
        long fastPages = 0;
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
            served += fast[i] ? accesses : 0;
            fastPages += fast[i] ? 1 : 0;
        }

        _fastInSlice[slice] = fastPages;
        Counted += all;
        ServedByFast += served;
        return 0;
    }

    /// <summary>Writes every page's address, node, accesses and whether the law calls it hot.</summary>
    public void WritePages(TextWriter writer, Func<uint, bool> isHot)
    {
        ulong[] addresses = new ulong[SlicePages];
        int[] nodes = new int[SlicePages];
        writer.WriteLine("address,node,accesses,hot");
        for (uint first = 0; first < _pages; first += SlicePages)
        {
            int count = (int)Math.Min(SlicePages, _pages - first);
            for (int i = 0; i < count; i++)
            {
                addresses[i] = AddressOf(first + (uint)i);
            }

            // A page whose node cannot be asked for has minus the error number.
            int error = MovePages.Query(0, addresses.AsSpan(0, count), nodes.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                uint page = first + (uint)i;
                long accesses = _workers.Sum(worker => (long)worker.Counts[page]);
                writer.WriteLine($"{addresses[i]:x},{(error == 0 ? nodes[i] : -error)},{accesses},{(isHot(page) ? 1 : 0)}");
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_seen);

    // About the golden part of the whole, which spreads steps most evenly, and without a common divisor, so that each slice has its turn.
    private static int StrideFor(int slices)
    {
        int stride = Math.Max(1, (int)(slices * 0.618));
        while (BigInteger.GreatestCommonDivisor(stride, slices) != 1)
        {
            stride++;
        }

        return stride;
    }

    private ulong AddressOf(uint page) => (ulong)_arena + ((ulong)page << Chunk.PageShift);
}
