using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Linux;

namespace Terrace.Benchmarks.Guest;

/// <summary>The most bytes that pass in any second under a rate limit of 32 MiB/s, and the mean, as fractions of the limit: real moves, timed at each call.</summary>
internal static class RateLimit
{
    private const long BytesPerSecond = 32 << 20;

    public static int Run(long bytes)
    {
        using LinuxMachine machine = new();
        using TouchingChild child = new(bytes);
        if (!machine.Attach(child.Pid, out LinuxProcess? process, out AttachError? error))
        {
            throw new InvalidOperationException(error!.Message);
        }

        using HeatMap heat = new();
        MovePlan plan = new();
        int slow = machine.Topology.Tiers[1][0];
        MoveList list = plan.ListFor(slow, machine.Places.PlaceOf(slow), isPromotion: false);
        for (int page = 0; page < child.Pages; page++)
        {
            list.Add(child.Arena + ((ulong)page << Chunk.PageShift), isHuge: false);
        }

        Recorder recorder = new(process!.Migrator);
        PlanExecutor executor = new(machine, TimeProvider.System, new TokenBucket(BytesPerSecond, TimeProvider.System), new FastRoom(machine, 0));
        RoundReport report = new();
        while (executor.MoveSlice(plan, recorder, heat, report) is { } pause)
        {
            Thread.Sleep(pause);
        }

        (TimeSpan At, long Bytes)[] moves = [.. recorder.Moves];
        double most = moves.Max(from => moves.Where(move => move.At >= from.At && move.At < from.At + TimeSpan.FromSeconds(1)).Sum(move => move.Bytes)) / (double)BytesPerSecond;
        double mean = moves.Sum(move => move.Bytes) / (moves[^1].At - moves[0].At).TotalSeconds / BytesPerSecond;
        Console.WriteLine($"most-in-a-second {most:0.000}");
        Console.WriteLine($"mean {mean:0.000}");
        process.Dispose();
        return 0;
    }

    private sealed class Recorder(IPageMigrator migrator) : IPageMigrator
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public List<(TimeSpan At, long Bytes)> Moves { get; } = [];

        public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
        {
            migrator.Move(addresses, targetNode, results);
            Moves.Add((Stopwatch.GetElapsedTime(_start), (long)addresses.Length << Chunk.PageShift));
        }
    }
}
