using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux;
using Terrace.Linux.Interop;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// Pages moved per second through Terrace's plan, executor and migrator against a bare loop of move_pages(2) calls with the same batches.
/// Every fourth page of an arena goes down and comes up again, by one and the other in turn; both ways are measured together.
/// </summary>
internal static class MoveThroughput
{
    private const int Batch = 2048;
    private const int WarmUps = 5;
    private const int Repetitions = 31;

    public static unsafe int Run(long bytes)
    {
        using LinuxMachine machine = new();
        if (AnonymousMemory.TryMap(bytes, out AnonymousMemory? arena) != 0)
        {
            return 1;
        }

        arena!.UseHugePages(false);
        for (long at = 0; at < bytes; at += Chunk.PageBytes)
        {
            arena.Address[at] = 1;
        }

        ulong[] addresses =
        [
            .. Enumerable.Range(0, (int)(bytes / Chunk.PageBytes / 4)).Select(i => (ulong)arena.Address + ((ulong)i * 4 * Chunk.PageBytes)),
        ];
        if (!machine.Attach(Environment.ProcessId, out LinuxProcess? process, out AttachError? error))
        {
            throw new InvalidOperationException(error!.Problem.What);
        }

        using HeatMap heat = new();
        heat.BeginScan();
        process!.Tracker.Read(heat);
        heat.EndScan();
        int fast = machine.Topology.Tiers[0][0];
        int slow = machine.Topology.Tiers[1][0];
        Bare(addresses, fast);
        List<double> bare = [];
        List<double> terrace = [];
        for (int repetition = 0; repetition < WarmUps + Repetitions; repetition++)
        {
            // By turns the one and the other first: what a run leaves behind in the kernel's lists must not weigh on one of them only.
            bool bareFirst = repetition % 2 == 0;
            double before = bareFirst ? BareSeconds(addresses, slow, fast) : 0;
            double terraceSeconds = TerraceSeconds(machine, process, heat, addresses, slow, fast);
            double bareSeconds = bareFirst ? before : BareSeconds(addresses, slow, fast);
            if (repetition >= WarmUps)
            {
                bare.Add(bareSeconds);
                terrace.Add(terraceSeconds);
            }
        }

        double mebibytes = 2.0 * addresses.Length * Chunk.PageBytes / (1 << 20);
        Console.WriteLine($"bare-mib-per-second {mebibytes / Quick(bare):0}");
        Console.WriteLine($"terrace-mib-per-second {mebibytes / Quick(terrace):0}");
        Console.WriteLine($"ratio {Quick(bare) / Quick(terrace):0.000}");
        return 0;
    }

    private static double BareSeconds(ulong[] addresses, int slow, int fast) =>
        Time(() => Bare(addresses, slow)) + Time(() => Bare(addresses, fast));

    private static double TerraceSeconds(LinuxMachine machine, LinuxProcess process, HeatMap heat, ulong[] addresses, int slow, int fast)
    {
        MovePlan down = PlanOf(machine, addresses, slow);
        MovePlan up = PlanOf(machine, addresses, fast);
        return Time(() => Through(machine, process, heat, down)) + Time(() => Through(machine, process, heat, up));
    }

    private static void Bare(ulong[] addresses, int node)
    {
        int[] nodes = new int[Batch];
        int[] status = new int[Batch];
        Array.Fill(nodes, node);
        for (int at = 0; at < addresses.Length; at += Batch)
        {
            int count = Math.Min(Batch, addresses.Length - at);
            if (MovePages.Move(Environment.ProcessId, addresses.AsSpan(at, count), nodes, status, MovePages.MPOL_MF_MOVE_ALL) != 0)
            {
                throw new InvalidOperationException("a bare move failed: the comparison would not be fair");
            }
        }
    }

    private static MovePlan PlanOf(LinuxMachine machine, ulong[] addresses, int node)
    {
        MovePlan plan = new();
        MoveList list = plan.ListFor(MoveRoute.To([node]), isPromotion: machine.Topology.TierOf(node) == 0);
        foreach (ulong address in addresses)
        {
            list.Add(address, isHuge: false);
        }

        return plan;
    }

    private static void Through(LinuxMachine machine, LinuxProcess process, HeatMap heat, MovePlan plan)
    {
        MoveReport moves = new();
        long planned = plan.PagesLeft;
        PlanExecutor executor = new(machine, TimeProvider.System, new TokenBucket(1L << 50, TimeProvider.System), new FastRoom(machine, 0));
        while (executor.MoveSlice(plan, process.Migrator, heat, moves) is not null)
        {
        }

        if (moves.Moved != planned)
        {
            throw new InvalidOperationException($"{moves.Moved} of {planned} pages moved");
        }
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // The time that a quarter of the runs keep below: what disturbs a run only ever makes it longer.
    private static double Quick(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 4);
}
