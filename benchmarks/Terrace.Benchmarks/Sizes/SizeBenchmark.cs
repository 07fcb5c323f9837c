using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Simulation.Machine;

namespace Terrace.Benchmarks.Sizes;

/// <summary>
/// What it costs to track processes 1 % of whose memory is in use, with all chunks looked at in every scan and with cold ones at rest.
/// What the kernel takes for reads and clears is charged in virtual time; the engine's own time is measured.
/// </summary>
internal sealed class SizeBenchmark
{
    private const double InUse = 0.01;
    private static readonly TimeSpan s_settling = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan s_measured = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_wakePause = TimeSpan.FromSeconds(7);

    /// <summary>Figures of the last run.</summary>
    public List<(string Run, Sample Sample)> Samples { get; } = [];

    /// <summary>Prints a table with two rows for each size; the exit code.</summary>
    public int Run(IReadOnlyList<long> sizes)
    {
        Console.WriteLine(
            "| memory | looked at | kernel, a round | engine, a round | of one CPU, kernel | engine | tracking memory | recall | precision "
                + "| awakened seen, median | at most |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (long size in sizes)
        {
            Measure(size, "all", TimeSpan.Zero);
            Measure(size, "what is in use", new TieringOptions().LookAtColdEvery);
        }

        Console.WriteLine();
        Console.WriteLine(
            $"{InUse:0 %} of the chunks is in use. Kernel: {LargeProcess.ReadNs} ns for each chunk that is read, {LargeProcess.ClearNs} ns "
                + "for each that is cleared. A round is with the looks before it.");
        return 0;
    }

    private void Measure(long size, string looksAt, TimeSpan coldEvery)
    {
        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(size / 4, size));
        int chunks = (int)(size >> Chunk.Shift);
        LargeProcess process = new(machine, chunks, InUse);
        Watch watch = new(process);
        TieringOptions options = new() { DryRun = true, LookAtColdEvery = coldEvery };
        using TieringEngine engine = new(machine, options, machine.Clock, watch);
        engine.Add(process, FastShare.Auto);
        Run(machine, engine, s_settling);
        (double recall, double precision) = watch.Compare();
        TimeSpan charged = process.Charged;
        int rounds = watch.Rounds;
        ThreadClock clock = ThreadClock.OfThisThread;
        TimeSpan begun = clock.Spent!.Value;
        Run(machine, engine, s_measured);
        TimeSpan own = clock.Spent!.Value - begun;
        charged = process.Charged - charged;
        rounds = watch.Rounds - rounds;
        long bytes = watch.Heat!.TrackingBytes;
        List<double> seen = coldEvery > TimeSpan.Zero ? WakeSome(machine, engine, process, watch) : [];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {ByteSize.Format(size)} | {looksAt} | {charged.TotalMilliseconds / rounds:0.0} ms "
                + $"| {own.TotalMilliseconds / rounds:0.00} ms | {charged / s_measured:0.000 %} "
                + $"| {own / s_measured:0.000 %} | {bytes / 1048576.0:0.0} MiB | {recall:0.0 %} "
                + $"| {precision:0.0 %} | {At(seen, seen.Count / 2)} | {At(seen, seen.Count - 1)} |"));
        string ofSize = ByteSize.Format(size).Replace(" ", "", StringComparison.Ordinal);
        string name = (coldEvery > TimeSpan.Zero ? "in-use-" : "all-") + ofSize;
        Samples.Add(("--size", new Sample($"kernel-a-round-{name}", charged.TotalMilliseconds / rounds, "ms")));
        Samples.Add(("--size", new Sample($"engine-a-round-{name}", own.TotalMilliseconds / rounds, "ms")));
        Samples.Add(("--size", new Sample($"tracking-memory-{name}", bytes / 1048576.0, "MiB")));
    }

    /// <summary>Seconds until each of some chunks that come into use is seen, in ascending order.</summary>
    private static List<double> WakeSome(SimulatedMachine machine, TieringEngine engine, LargeProcess process, Watch watch)
    {
        Random random = new(1);
        List<double> seen = [];
        for (int i = 0; i < 40; i++)
        {
            int chunk = random.Next(process.Chunks);
            if (!watch.Rests(chunk))
            {
                continue;
            }

            TimeSpan woken = machine.Clock.Elapsed;
            process.SetInUse(chunk);
            while (watch.Rests(chunk) && machine.Clock.Elapsed < woken + TimeSpan.FromMinutes(2))
            {
                Run(machine, engine, TimeSpan.FromMilliseconds(100));
            }

            seen.Add((machine.Clock.Elapsed - woken).TotalSeconds);
            Run(machine, engine, s_wakePause * random.NextDouble());
        }

        seen.Sort();
        return seen;
    }

    private static void Run(SimulatedMachine machine, TieringEngine engine, TimeSpan time)
    {
        TimeSpan end = machine.Clock.Elapsed + time;
        while (machine.Clock.Elapsed < end)
        {
            TimeSpan wait = engine.Step();
            TimeSpan left = end - machine.Clock.Elapsed;
            wait = wait < left ? wait : left;
            machine.Clock.Advance(wait > TimeSpan.FromMicroseconds(10) ? wait : TimeSpan.FromMicroseconds(10));
        }
    }

    private static string At(List<double> seen, int index) =>
        seen.Count == 0 ? "" : seen[index].ToString("0.0", CultureInfo.InvariantCulture) + " s";

    private sealed class Watch(LargeProcess process) : IRoundObserver
    {
        public HeatMap? Heat { get; private set; }

        public int Rounds { get; private set; }

        public void OnRound(RoundReport report, HeatMap heat) => (Heat, Rounds) = (heat, Rounds + 1);

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }

        public bool Rests(int chunk) => Heat!.TryFind(LargeProcess.AddressOf(chunk), out HeatChunk found) && found.Rests;

        /// <summary>Of the pages in use the part that has heat, and of those that have heat the part that is in use.</summary>
        public (double Recall, double Precision) Compare()
        {
            long used = 0;
            long hot = 0;
            long right = 0;
            for (int chunk = 0; chunk < process.Chunks; chunk++)
            {
                if (!Heat!.TryFind(LargeProcess.AddressOf(chunk), out HeatChunk found))
                {
                    continue;
                }

                for (int page = 0; page < Chunk.Pages; page++)
                {
                    bool isUsed = process.IsInUse(chunk) && LargeProcess.IsUsed(page);
                    bool isHot = found.HeatOf(page) > 0;
                    used += isUsed ? 1 : 0;
                    hot += isHot ? 1 : 0;
                    right += isUsed && isHot ? 1 : 0;
                }
            }

            return ((double)right / used, (double)right / hot);
        }
    }
}
