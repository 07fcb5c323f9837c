using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Benchmarks.Lab.Hosts;
using Terrace.Lab;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// The figures that need a kernel with two tiers: <c>./bench --lab</c>. Every figure is a ratio within one run, because the lab's
/// processors are emulated
/// and its memory has one speed.
/// </summary>
/// <param name="root">The repository.</param>
/// <param name="rows">Rows of <c>hosts</c> that are asked for; none for all.</param>
internal sealed class LabBenchmarks(string root, IReadOnlyCollection<string> rows)
{
    private const string HotSet = "--size 1400M --hot 10% --share 90%";
    private const double SettleSeconds = 15;

    private readonly List<Figure> _figures = [];
    private readonly List<(string Run, Sample Sample)> _samples = [];

    /// <summary>Names of the runs, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "scattered",
        "contiguous",
        "ratio",
        "moving",
        "throughput",
        "scan-cost",
        "moves",
        "garbage",
        "cross-check",
        .. LayoutFigures.Names,
        .. DaemonFigures.Names,
        StrangerFigures.Name,
        HostFigures.Name,
    ];

    /// <summary>The table of <c>hosts</c>; empty unless that was run.</summary>
    public IReadOnlyList<HostResult> Hosts { get; private set; } = [];

    /// <summary>What the runs so far measured, as numbers.</summary>
    public IReadOnlyCollection<(string Run, Sample Sample)> Samples => _samples;

    private string ReportFolder => Path.Combine(root, "artifacts", "benchmarks");

    /// <summary>True when the name that somebody gave means a run: its own, or the first word of several runs.</summary>
    public static bool Covers(string asked, string name) => asked == name || name.StartsWith(asked + "-", StringComparison.Ordinal);

    /// <summary>Runs those named, or all; writes artifacts/benchmarks/lab.md; 0 when every figure was reached.</summary>
    public async Task<int> RunAsync(IReadOnlyCollection<string> names)
    {
        foreach (string name in Names.Where(name => names.Count == 0 ? name != HostFigures.Name : names.Any(asked => Covers(asked, name))))
        {
            Console.WriteLine($"== {name}");
            int before = _figures.Count;
            try
            {
                await RunOneAsync(name);
            }
            catch (LabException error)
            {
                // One machine that cannot be had must not cost the other figures.
                _figures.Add(new Figure(name, "a result", error.Message, false));
            }

            foreach (Figure figure in _figures.Skip(before))
            {
                _samples.AddRange(figure.Samples.Select(sample => (name, sample)));
                Console.WriteLine($"{(figure.Reached ? "ok  " : "MISS")} {figure.What}: {figure.Measured} (at least {figure.AtLeast})");
            }
        }

        string report = Path.Combine(ReportFolder, "lab.md");
        Directory.CreateDirectory(ReportFolder);
        await File.WriteAllLinesAsync(
            report,
            [
                "| what | target | measured | met |",
                "|---|---|---|---|",
                .. _figures.Select(f => $"| {f.What} | {f.AtLeast} | {f.Measured} | {(f.Reached ? "yes" : "no")} |"),
            ]);
        Console.WriteLine($"written to {report}");
        return _figures.All(figure => figure.Reached) ? 0 : 1;
    }

    private Task RunOneAsync(string name) => name switch
    {
        "scattered" => StaticHotSetAsync("scattered hot set", "--scatter"),
        "contiguous" => StaticHotSetAsync("contiguous hot set", "--contiguous"),
        "ratio" => RatioAsync(),
        "moving" => MovingAsync(),
        "throughput" => ThroughputAsync(),
        "scan-cost" => ScanCostAsync(),
        "moves" => MovesAsync(),
        "garbage" => GarbageAsync(),
        "cross-check" => CrossCheckAsync(),
        _ when LayoutFigures.Names.Contains(name) => new LayoutFigures(root, BootAsync, _figures.Add).RunAsync(name),
        _ when DaemonFigures.Names.Contains(name) => new DaemonFigures(root, BootAsync, _figures.Add).RunAsync(name),
        StrangerFigures.Name => StrangersAsync(),
        HostFigures.Name => HostsAsync(),
        _ => throw new ArgumentException($"there is no lab benchmark '{name}'; there are {string.Join(", ", Names)}"),
    };

    private async Task HostsAsync()
    {
        HostFigures hosts = new(root, BootPlainAsync, _figures.Add);
        await hosts.RunAsync(rows);
        Hosts = hosts.Results;
    }

    private async Task StrangersAsync()
    {
        await using LabMachine vm = await BootAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:3G,cxl:2G") });
        await new StrangerFigures(root, _figures.Add).RunAsync(vm);
    }

    private async Task StaticHotSetAsync(string what, string shape)
    {
        await using LabMachine vm = await BootAsync();
        ManagedRun run = await ManagedRun.RunAsync(
            vm, $"{HotSet} {shape}", manage: "", beforeSeconds: 15, managedSeconds: 75, afterSeconds: 1);
        AddShare(what, "share-of-oracle", run, run.ManagedFrom, run.ManagedTo, 0.99);
        IReadOnlyList<ExerciseLog.Second> managed = run.Log.Between(run.ManagedFrom + 30, run.ManagedTo);
        Console.WriteLine(
            $"     before {Mean(run.Log.Between(0, run.ManagedFrom)):p1} of accesses fast, after {Mean(managed):p1}, oracle "
                + $"{managed.Average(s => s.Oracle):p1}");
        Console.WriteLine(
            $"     longest stall of the workload: {run.Log.Between(0, run.ManagedFrom).Max(s => s.LongestStallMs):0.0} ms unmanaged, "
                + $"{managed.Max(s => s.LongestStallMs):0.0} ms managed");
        string name = what.Split(' ')[0];
        Directory.CreateDirectory(ReportFolder);
        await File.WriteAllLinesAsync(Path.Combine(ReportFolder, $"{name}-workload.jsonl"), run.Reports);
        await File.WriteAllLinesAsync(Path.Combine(ReportFolder, $"{name}-rounds.jsonl"), run.Events);
        Console.WriteLine($"     second by second: {ReportFolder}/{name}-workload.jsonl, {name}-rounds.jsonl");
    }

    private async Task RatioAsync()
    {
        await using LabMachine vm = await BootAsync();
        ManagedRun run = await ManagedRun.RunAsync(
            vm, $"{HotSet} --scatter --fast 30%", "--fast 30%", beforeSeconds: 10, managedSeconds: 60, afterSeconds: 1);
        AddShare("--fast 30%, scattered hot set", "share-of-oracle", run, run.ManagedFrom, run.ManagedTo, 0.98);
        double worst = run.Log.Between(run.ManagedFrom + (2 * SettleSeconds), run.ManagedTo).Max(s => Math.Abs(s.FastPageShare - 0.3));
        _figures.Add(new Figure(
            "--fast 30%: largest deviation of the arena's share of pages, from 30 s on",
            "met within 1 %",
            worst.ToString("p2", CultureInfo.InvariantCulture),
            worst <= 0.01,
            Sample.Percent("deviation", worst)));
    }

    private async Task MovingAsync()
    {
        await using LabMachine vm = await BootAsync();
        ManagedRun run = await ManagedRun.RunAsync(
            vm, $"{HotSet} --scatter --phase 45s", manage: "", beforeSeconds: 10, managedSeconds: 210, afterSeconds: 1);
        foreach (
            IGrouping<int, ExerciseLog.Second> phase in run.Log.Between(run.ManagedFrom, run.ManagedTo)
                .GroupBy(s => s.Phase)
                .Where(p => p.Key > 0 && p.Count() > 40))
        {
            double start = phase.First().At;
            string name = $"share-of-oracle-move-{phase.Key}";
            AddShare($"hot set moves every 45 s, move {phase.Key}", name, run, start, start + phase.Count(), 0.95);
        }
    }

    private async Task ThroughputAsync()
    {
        await using LabMachine vm = await BootAsync();
        SteadyRun run = await SteadyRun.RunAsync(vm, $"{HotSet} --scatter", settledSeconds: 150, seconds: 480);
        (double mean, double error) = (run.Throughput.Mean, run.Throughput.Error);
        Sample sample = Sample.Percent("throughput", mean, mean - error, mean + error);
        Add("workload's own throughput while managed in the steady state", "97 % of unmanaged", mean, 0.97, sample);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"     ± {run.Throughput.Error:p1} (standard error); {run.Seconds.Rounds} rounds in {run.Seconds.All} s, at work or just "
                + $"after in {run.Seconds.AtWork} of them; {run.Processor:p1} of one emulated processor"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"     longest stall {run.LongestStallMs.Asleep:0.0} ms in seconds asleep, {run.LongestStallMs.AtWork:0.0} ms in "
                    + $"seconds at work"));
    }

    private async Task ScanCostAsync()
    {
        await using LabMachine vm = await BootAsync("tracking");
        Dictionary<string, double> result = await GuestAsync(vm, "scan-cost 1400");
        Sample ratio = new("ratio", result["ratio"], "x");
        Add("cost of one full scan against page_idle/bitmap, 1400 MiB", "20 × cheaper", ratio.Value, 20, ratio, "0.0");
        double wrong = result["page-tables-wrong-pages"] + result["idle-bitmap-wrong-pages"];
        _figures.Add(new Figure(
            "pages reported wrongly by either, of 21 × 358,400",
            "0",
            wrong.ToString("0", CultureInfo.InvariantCulture),
            wrong == 0,
            new Sample("wrong-pages", wrong, "pages")));
        Console.WriteLine(
            $"     page tables {result["page-tables-ms"]} ms (read {result["page-tables-read-ms"]}, flush "
                + $"{result["page-tables-flush-ms"]}), idle bitmap {result["idle-bitmap-ms"]} ms");
    }

    private async Task MovesAsync()
    {
        await using LabMachine vm = await BootAsync();
        Dictionary<string, double> throughput = await GuestAsync(vm, "move-throughput 256");
        double ratio = throughput["ratio"];
        Sample sample = Sample.Percent("throughput", ratio);
        Add("migration throughput against a bare move_pages loop with the same batches", "95 %", ratio, 0.95, sample);
        Dictionary<string, double> limit = await GuestAsync(vm, "rate-limit 128");
        (double most, double least) = (limit["most-in-a-second"], limit["least-in-a-second"]);
        _figures.Add(new Figure(
            "most moved in any second under a rate limit, of the limit",
            "at most 105 %",
            most.ToString("p1", CultureInfo.InvariantCulture),
            most <= 1.05,
            Sample.Percent("most-in-a-second", most)));
        Add("least moved in any second while there is work, of the limit", "95 %", least, 0.95, Sample.Percent("least-in-a-second", least));
        Console.WriteLine($"     {throughput["terrace-mib-per-second"]} MiB/s against {throughput["bare-mib-per-second"]}");
    }

    private async Task GarbageAsync()
    {
        await using LabMachine vm = await BootAsync();
        Dictionary<string, double> result = await GuestAsync(vm, "garbage 1400");
        Sample allocated = new("allocated", result["allocated-bytes"], "bytes");
        Sample tracking = new("tracking-per-page-1400M", result["tracking-bytes-per-page"], "bytes");
        string each = $"{tracking.Value} bytes";
        string all = $"{allocated.Value} bytes";
        _figures.Add(new Figure("garbage in 20 scan rounds in the steady state", "0 bytes", all, allocated.Value == 0, allocated));
        _figures.Add(new Figure("tracking memory, a process of 1400 MiB", "≤ 2 bytes per 4-KiB page", each, tracking.Value <= 2, tracking));
    }

    private async Task CrossCheckAsync()
    {
        (OutsideCount unmanaged, OutsideCount managed) = await OutsideCount.RunAsync(root, BootAsync);
        foreach ((string when, OutsideCount count) in new[] { ("unmanaged", unmanaged), ("managed", managed) })
        {
            double difference = Math.Abs(count.Outside - count.Inside);
            _figures.Add(new Figure(
                $"{when}: share of accesses served by fast memory, counted by the emulator ({count.Outside:p2}) and by the exercise "
                    + $"({count.Inside:p2})",
                "differ by at most 1 %",
                string.Create(CultureInfo.InvariantCulture, $"{difference:p2}, of {count.Accesses / 1e6:0} million accesses"),
                difference <= 0.01,
                Sample.Percent($"difference-{when}", difference)));
        }
    }

    /// <summary>
    /// Share of accesses as a part of the oracle's: from when on it kept to the limit, and its mean and worst second from 15 s
    /// on.
    /// </summary>
    private void AddShare(string what, string name, ManagedRun run, double from, double to, double limit)
    {
        IReadOnlyList<ExerciseLog.Second> all = run.Log.Between(from, to);
        // The first second within the first 15 from which on none of those 15 was below the limit.
        ExerciseLog.Second? reached = all.Where(s => s.At < from + SettleSeconds)
            .Reverse()
            .TakeWhile(s => s.OfOracle >= limit)
            .LastOrDefault();
        IReadOnlyList<ExerciseLog.Second> settled = run.Log.Between(from + SettleSeconds, to);
        double mean = settled.Average(s => s.OfOracle);
        double worst = settled.Min(s => s.OfOracle);
        string at = reached is null
            ? "not within 15 s"
            : string.Create(CultureInfo.InvariantCulture, $"reached after {reached.At - from:0.0} s");
        _figures.Add(new Figure(
            $"{what}: share of accesses served by fast memory, of the oracle",
            string.Create(CultureInfo.InvariantCulture, $"{limit:p0} within 15 s, held"),
            string.Create(CultureInfo.InvariantCulture, $"{mean:p1} ({at}; worst second {worst:p1})"),
            reached is not null && mean >= limit,
            Sample.Percent(name, mean, worst, settled.Max(s => s.OfOracle))));
    }

    private void Add(string what, string atLeast, double measured, double limit, Sample sample, string format = "p1") =>
        _figures.Add(new Figure(what, atLeast, measured.ToString(format, CultureInfo.InvariantCulture), measured >= limit, sample));

    private static double Mean(IReadOnlyList<ExerciseLog.Second> seconds) => seconds.Average(s => s.FastShare);

    private Task<LabMachine> BootAsync(string kernel = "6.12") => BootAsync(new LabSpec { Kernel = kernel });

    private async Task<LabMachine> BootAsync(LabSpec spec)
    {
        LabMachine vm = await BootPlainAsync(spec);
        await vm.PutAsync(Path.Combine(root, "artifacts", "bench-guest", "terrace-bench"), "/bin/terrace-bench");
        return vm;
    }

    /// <summary>Without the program of the benchmarks.</summary>
    private async Task<LabMachine> BootPlainAsync(LabSpec spec)
    {
        LabMachine vm = await LabMachine.BootAsync(spec);
        await vm.PutAsync(Path.Combine(root, "artifacts", "terrace"), "/bin/terrace");

        // As Terrace itself advises: with NUMA balancing on the kernel brings pages back up that a share had sent down.
        await vm.RunAsync("echo 0 > /proc/sys/kernel/numa_balancing");
        return vm;
    }

    private static async Task<Dictionary<string, double>> GuestAsync(LabMachine vm, string command)
    {
        LabResult result = await vm.RunAsync("terrace-bench " + command, TimeSpan.FromMinutes(10));
        return result.ExitCode == 0
            ? result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"terrace-bench {command} failed: {result.Stderr}");
    }
}
