using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// The most and the least bytes that pass in any second under a rate limit, as fractions of the limit: real moves, timed at each
/// call. The limit is
/// one that an emulated machine can reach.
/// </summary>
internal static class RateLimit
{
    private const long BytesPerSecond = 16 << 20;

    public static int Run(long bytes)
    {
        using LinuxMachine machine = new();
        using TouchingChild child = new(bytes);
        if (!machine.Attach(child.Pid, out LinuxProcess? process, out AttachError? error))
        {
            throw new InvalidOperationException(error!.Problem.What);
        }

        using HeatMap heat = new();
        MovePlan plan = new();
        int slow = machine.Topology.Tiers[1][0];
        MoveList list = plan.ListFor(MoveRoute.To([slow]), isPromotion: false);
        for (int page = 0; page < child.Pages; page++)
        {
            list.Add(child.Arena + ((ulong)page << Chunk.PageShift), isHuge: false);
        }

        Recorder recorder = new(process!.Migrator);
        PlanExecutor executor = new(
            machine, TimeProvider.System, new TokenBucket(BytesPerSecond, TimeProvider.System), new FastRoom(machine, 0));
        MoveReport done = new();
        while (executor.MoveSlice(plan, recorder, heat, done) is { } pause)
        {
            Thread.Sleep(pause);
        }

        (TimeSpan At, long Bytes)[] moves = [.. recorder.Moves];
        double second = BytesPerSecond;
        double InSecondFrom(TimeSpan start) => moves.Where(move => move.At >= start && move.At < start + TimeSpan.FromSeconds(1))
            .Sum(move => move.Bytes) / second;
        List<double> seconds =
        [
            .. moves.Where(move => move.At + TimeSpan.FromSeconds(1) <= moves[^1].At).Select(move => InSecondFrom(move.At)),
        ];
        Console.WriteLine($"most-in-a-second {seconds.Max():0.000}");
        Console.WriteLine($"least-in-a-second {seconds.Min():0.000}");
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
