using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Terrace.Core.Units;

namespace Terrace.Cli.Exercise;

/// <summary>
/// One thread's accesses. Everything that the loop touches besides the arena is its own, so that threads do not share cache
/// lines.
/// </summary>
internal sealed unsafe class ExerciseWorker : IDisposable
{
    /// <summary>Accesses between two looks at the clock: a look costs about as much as one access.</summary>
    public const int BatchAccesses = 128;

    /// <summary>Sleeps are no shorter, or their own cost would be most of them.</summary>
    private const double LeastSleepSeconds = 0.005;

    private readonly byte* _arena;
    private readonly uint _pages;
    private readonly AccessLaw _law;
    private readonly PageOrder _order;
    private readonly bool _sequential;
    private readonly uint _writeThreshold;
    private readonly double _sleepPerBusyTime;
    private readonly uint* _counts;
    private ulong _state;
    private uint _next;

    // What was read is kept, so that no compiler may leave the reads out.
    private ulong _sum;
    private long _accesses;
    private long _longestGap;
    private uint _offset;

    public ExerciseWorker(byte* arena, ExerciseOptions options, AccessLaw law, PageOrder order, int number)
    {
        _arena = arena;
        _pages = options.Pages;
        _law = law;
        _order = order;
        _sequential = options.Pattern == ExercisePattern.Sequential;
        _writeThreshold = (uint)Math.Round(options.WriteFraction * 65536);
        _sleepPerBusyTime = (1 / options.Load) - 1;
        _state = (options.Seed * 0x9E3779B97F4A7C15) + ((ulong)number * 0xD1342543DE82EF95) + 1;
        _next = (uint)((ulong)_pages * (uint)number / (uint)options.Threads);
        _counts = (uint*)NativeMemory.AllocZeroed(_pages, sizeof(uint));
    }

    /// <summary>
    /// Accesses of each page so far. They wrap around at 2³²: differences are right as long as less lies between two looks.
    /// </summary>
    public uint* Counts => _counts;

    /// <summary>Accesses so far.</summary>
    public long Accesses => Volatile.Read(ref _accesses);

    /// <summary>Time of each batch of accesses.</summary>
    public GapHistogram BatchTimes { get; } = new();

    /// <summary>Shifts the order: other pages become hot.</summary>
    public void ShiftTo(uint offset) => Volatile.Write(ref _offset, offset);

    /// <summary>The longest batch since the last call, nanoseconds: the longest time that the thread can have stood still.</summary>
    public long TakeLongestGap() => Interlocked.Exchange(ref _longestGap, 0);

    /// <summary>Accesses memory until told to stop, or for a number of batches.</summary>
    public void Run(CancellationToken stop, long batches = long.MaxValue)
    {
        long before = Stopwatch.GetTimestamp();
        double owedSleepSeconds = 0;
        for (long batch = 0; batch < batches && !stop.IsCancellationRequested; batch++)
        {
            if (_sequential)
            {
                SequentialBatch();
            }
            else
            {
                RandomBatch(Volatile.Read(ref _offset));
            }

            long now = Stopwatch.GetTimestamp();
            long gap = (now - before) * (1_000_000_000 / Stopwatch.Frequency);
            before = now;
            BatchTimes.Add(gap);
            if (gap > Volatile.Read(ref _longestGap))
            {
                Volatile.Write(ref _longestGap, gap);
            }

            Volatile.Write(ref _accesses, _accesses + BatchAccesses);
            owedSleepSeconds += _sleepPerBusyTime * gap * 1e-9;
            if (owedSleepSeconds > LeastSleepSeconds)
            {
                Thread.Sleep(TimeSpan.FromSeconds(owedSleepSeconds));
                owedSleepSeconds = 0;
                before = Stopwatch.GetTimestamp();
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_counts);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RandomBatch(uint offset)
    {
        ulong state = _state;
        ulong sum = 0;
        uint* counts = _counts;
        byte* arena = _arena;
        PageOrder order = _order;
        uint writes = _writeThreshold;
        ref uint threshold = ref MemoryMarshal.GetArrayDataReference(_law.Threshold);
        ref int alias = ref MemoryMarshal.GetArrayDataReference(_law.Alias);
        ref uint start = ref MemoryMarshal.GetArrayDataReference(_law.Start);
        ref uint count = ref MemoryMarshal.GetArrayDataReference(_law.Count);
        uint buckets = (uint)_law.Buckets;
        for (int i = 0; i < BatchAccesses; i++)
        {
            // wyrand (Wang Yi): one 64 × 64 → 128 bit product; the high word picks the bucket, the low word the rank in it.
            state += 0xA0761D6478BD642F;
            ulong high = Math.BigMul(state, state ^ 0xE7037ED1A0B428DB, out ulong low);
            ulong random = high ^ low;
            ulong column = (random >> 32) * buckets;
            int bucket = (int)(column >> 32);
            bucket = (uint)column < Unsafe.Add(ref threshold, bucket) ? bucket : Unsafe.Add(ref alias, bucket);
            uint rank = Unsafe.Add(ref start, bucket) + (uint)(((random & uint.MaxValue) * Unsafe.Add(ref count, bucket)) >> 32);
            uint page = order.PageOf(rank, offset);
            ulong* line = LineOf(arena, page);
            if ((ushort)low < writes)
            {
                *line = random;
            }
            else
            {
                sum += *line;
            }

            counts[page]++;
        }

        _state = state;
        _sum += sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SequentialBatch()
    {
        ulong state = _state;
        ulong sum = 0;
        uint page = _next;
        for (int i = 0; i < BatchAccesses; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            ulong* line = LineOf(_arena, page);
            if ((uint)(state >> 48) < _writeThreshold)
            {
                *line = state;
            }
            else
            {
                sum += *line;
            }

            _counts[page]++;
            page = page + 1 == _pages ? 0 : page + 1;
        }

        _next = page;
        _state = state;
        _sum += sum;
    }

    // Each page has one line of its own, another from page to page: the same line of every page would crowd a few cache sets.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* LineOf(byte* arena, uint page) =>
        (ulong*)(arena + ((nuint)page << Chunk.PageShift) + (((page * 0x9E3779B1U) >> 26) << 6));
}
