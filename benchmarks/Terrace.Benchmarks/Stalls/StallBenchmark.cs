using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Benchmarks.Stalls;

/// <summary>
/// How long a process waits for its own memory while its accessed bits are cleared: at once through /proc/PID/clear_refs, and in
/// pieces. The process is this one, with base pages; no privileges are needed.
/// </summary>
internal sealed unsafe class StallBenchmark
{
    private const int Repeats = 5;

    /// <summary>A stall that is not to be exceeded beyond what there is without any clear.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);

    /// <summary>Figures of the last run.</summary>
    public List<(string Run, Sample Sample)> Samples { get; } = [];

    /// <summary>Prints a table with a row for each size; the exit code.</summary>
    public int Run(IReadOnlyList<long> sizes)
    {
        if (PidFd.TryOpen(Environment.ProcessId, out PidFd? self) != 0)
        {
            Console.Error.WriteLine("bench: this kernel has no pidfds");
            return 69;
        }

        Console.WriteLine("| memory | nothing cleared | clear_refs | in pieces | at most | clear_refs took | pieces took |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        bool reached = true;
        using (self)
        {
            foreach (long size in sizes)
            {
                reached &= Measure(self!, size);
            }
        }

        Console.WriteLine();
        Console.WriteLine("Each is the longest that one mmap, first touch or munmap took, in five clears.");
        return reached ? 0 : 1;
    }

    private bool Measure(PidFd self, long size)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (size > available / 10 * 8 || AnonymousMemory.TryMap(size, out AnonymousMemory? memory) != 0)
        {
            Console.WriteLine($"| {ByteSize.Format(size)} | not enough memory here | | | | | |");
            return true;
        }

        using (memory)
        {
            memory!.UseHugePages(false);
            Touch(memory);
            TimeSpan noise = Neighbour.LongestDuring(() => Thread.Sleep(s_quiet));
            (TimeSpan allStall, TimeSpan allTook) = Repeat(memory, ClearAll);
            AddressRange[] ranges = [new((ulong)memory.Address, (ulong)memory.Address + (ulong)memory.Bytes)];
            ColdPieces pieces = new(self, ProcessCalls.Direct, () => ranges, new Blind(), new AccessedSample());
            (TimeSpan pieceStall, TimeSpan pieceTook) = Repeat(memory, () =>
            {
                pieces.Begin(size / Chunk.PageBytes);
                int error = pieces.Continue(part: null, s_most / 2);
                if (error != 0)
                {
                    throw new InvalidOperationException($"process_madvise: {ErrorWords.Of(error)}");
                }
            });
            TimeSpan most = noise + s_most;
            TimeSpan fiftieth = allStall / 50;
            bool reached = pieceStall <= (fiftieth > noise ? fiftieth : most) && pieceStall <= most;
            Console.WriteLine(
                $"| {ByteSize.Format(size)} | {Ms(noise)} | {Ms(allStall)} | {Ms(pieceStall)} | {Ms(most)}{(reached ? "" : ", missed")} "
                    + $"| {Ms(allTook)} | {Ms(pieceTook)} |");
            Samples.Add(("--stalls", new Sample($"stall-clear-refs-{size >> 30}G", allStall.TotalMilliseconds, "ms")));
            Samples.Add(("--stalls", new Sample($"stall-pieces-{size >> 30}G", pieceStall.TotalMilliseconds, "ms")));
            return reached;
        }
    }

    /// <summary>The longest stall and the mean time of some clears of memory that has just been accessed.</summary>
    private static (TimeSpan Stall, TimeSpan Took) Repeat(AnonymousMemory memory, Action clear)
    {
        TimeSpan longest = TimeSpan.Zero;
        TimeSpan took = TimeSpan.Zero;
        for (int i = 0; i < Repeats; i++)
        {
            Touch(memory);
            TimeSpan stall = Neighbour.LongestDuring(() =>
            {
                long begun = System.Diagnostics.Stopwatch.GetTimestamp();
                clear();
                took += System.Diagnostics.Stopwatch.GetElapsedTime(begun);
            });
            longest = stall > longest ? stall : longest;
        }

        return (longest, took / Repeats);
    }

    private static void ClearAll() => File.WriteAllText("/proc/self/clear_refs", "1");

    private static void Touch(AnonymousMemory memory)
    {
        for (long at = 0; at < memory.Bytes; at += Chunk.PageBytes)
        {
            memory.Address[at]++;
        }
    }

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";

    /// <summary>Sees nothing: what has an effect is known here.</summary>
    private sealed class Blind : IAccessTracker
    {
        public string Name => "none";

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();
    }
}
