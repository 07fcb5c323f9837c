using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;

namespace Terrace.Benchmarks.Sizes;

/// <summary>
/// A process of any size on a simulated machine, which keeps a bit for each 2-MiB chunk and makes up the rest: what is measured with it
/// is the engine's own work. In chunks that are in use three pages in four are accessed in every scan's interval.
/// </summary>
internal sealed class LargeProcess : IManagedProcess, IAccessTracker, IAccessClearer, IPageMigrator
{
    /// <summary>
    /// What reading a page table through /proc/kcore and decoding it takes, and clearing the accessed bits of its 512 pages (./bench
    /// --stalls), nanoseconds.
    /// </summary>
    public const int ReadNs = 1_000;

    public const int ClearNs = 43_000;

    private const ulong First = 0x7f00_0000_0000 >> Chunk.Shift;
    private const int SlowPlace = 1;
    private const ulong UsedPages = 0x7777_7777_7777_7777;

    private readonly SimulatedMachine _machine;
    private readonly bool[] _inUse;
    private readonly bool[] _accessed;
    private ChunkFacts _facts;

    public LargeProcess(SimulatedMachine machine, int chunks, double inUse)
    {
        _machine = machine;
        _inUse = new bool[chunks];
        _accessed = new bool[chunks];
        Array.Fill(_accessed, true);
        for (double chunk = 0; chunk < chunks; chunk += 1 / inUse)
        {
            _inUse[(int)chunk] = true;
        }

        _facts.Present.Fill(ulong.MaxValue);
        _facts.FillPlace(SlowPlace);
    }

    public int Pid => 1;

    public string Name => "large";

    public IAccessTracker Tracker => this;

    public IAccessClearer Clearer => this;

    public IPageMigrator Migrator => this;

    public long ResidentPages => (long)_inUse.Length * Chunk.Pages;

    public int Chunks => _inUse.Length;

    /// <summary>Virtual time of all reads and clears.</summary>
    public TimeSpan Charged { get; private set; }

    public static ulong AddressOf(int chunk) => (First + (ulong)chunk) << Chunk.Shift;

    public static bool IsUsed(int page) => (UsedPages & (1UL << (page & 63))) != 0;

    public bool IsInUse(int chunk) => _inUse[chunk];

    public void SetInUse(int chunk) => _inUse[chunk] = true;

    public ScanOutcome Read(IScanSink sink)
    {
        long read = 0;
        for (int chunk = 0; chunk < _inUse.Length; chunk++)
        {
            if (sink.Wants(First + (ulong)chunk))
            {
                Report(chunk, sink);
                read++;
            }
        }

        return new ScanOutcome(ScanStatus.Complete, Charge(read * ReadNs));
    }

    public bool ReadChunks(IChunkChoice chunks, IScanSink sink)
    {
        long read = 0;
        for (int at = 0; at < _inUse.Length && chunks.TryNext(First + (ulong)at, out ulong first, out ulong end);)
        {
            for (at = (int)(first - First); at < Math.Min(_inUse.Length, (long)(end - First)); at++)
            {
                Report(at, sink);
                read++;
            }
        }

        Charge(read * ReadNs);
        return true;
    }

    public ScanOutcome Clear() => Clear(null);

    public ScanOutcome Clear(IChunkChoice? chunks)
    {
        long cleared = 0;
        for (int at = 0; at < _inUse.Length;)
        {
            (ulong first, ulong end) = (First + (ulong)at, First + (ulong)_inUse.Length);
            if (chunks is not null && !chunks.TryNext(first, out first, out end))
            {
                break;
            }

            int from = (int)(first - First);
            int until = (int)Math.Min((ulong)_inUse.Length, end - First);
            Array.Clear(_accessed, from, until - from);
            cleared += until - from;
            at = until;
        }

        return new ScanOutcome(ScanStatus.Complete, Charge(cleared * ClearNs), ChosenOnly: chunks is not null);
    }

    public int ClearSome(Span<ulong> pages) => pages.Length;

    public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
    {
        for (int i = 0; i < pages.Length; i++)
        {
            bool inUse = _inUse[(int)(Chunk.Of(pages[i]) - First)] && IsUsed((int)(pages[i] >> Chunk.PageShift));
            sights[i] = inUse ? PageSight.Accessed : PageSight.Idle;
        }

        return true;
    }

    public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results) => results.Fill(MoveResult.Busy);

    public void Dispose()
    {
    }

    private void Report(int chunk, IScanSink sink)
    {
        _accessed[chunk] |= _inUse[chunk];
        _facts.Accessed.Fill(_accessed[chunk] ? UsedPages : 0);
        sink.Record(First + (ulong)chunk, in _facts);
    }

    private TimeSpan Charge(long nanoseconds)
    {
        TimeSpan took = _machine.Charge(nanoseconds);
        Charged += took;
        return took;
    }
}
