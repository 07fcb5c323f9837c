using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Terrace.Benchmarks.Comparison;
using Terrace.Benchmarks.History;
using Terrace.Benchmarks.HugePages;
using Terrace.Benchmarks.Lab;
using Terrace.Benchmarks.Lab.Hosts;
using Terrace.Benchmarks.Sizes;
using Terrace.Benchmarks.Stalls;
using Terrace.Core.Units;

// --record, anywhere: figures are appended to benchmarks/history.csv too.
bool records = args.Contains("--record");
args = [.. args.Where(word => word != "--record")];
BenchHistory history = new(Environment.CurrentDirectory, TimeProvider.System);

if (args is ["--lab", .. string[] words])
{
    if (!LabWords.TryRead(words, out LabWords? asks, out string? problem))
    {
        Console.Error.WriteLine($"bench: {problem}");
        return 2;
    }

    // With --json stdout has only that.
    TextWriter output = Console.Out;
    if (asks.Json)
    {
        Console.SetOut(Console.Error);
    }

    LabBenchmarks lab = new(Environment.CurrentDirectory, asks.Rows);
    int code = await lab.RunAsync(asks.Names);
    if (asks.Json)
    {
        await output.WriteLineAsync(HostTable.Json(lab.Hosts));
    }

    if (records)
    {
        await history.RecordAsync(lab.Samples, "lab on " + BenchHistory.Machine(), run => $"./bench --lab {run}");
    }

    return code;
}

if (args is ["--size", .. string[] tracked])
{
    if (!TryReadSizes(tracked is [] ? ["10GiB", "1TiB"] : tracked, 4L << 30, out List<long> bytes))
    {
        return 2;
    }

    SizeBenchmark sizesTracked = new();
    int outcome = sizesTracked.Run(bytes);
    if (records)
    {
        await history.RecordAsync(sizesTracked.Samples, BenchHistory.Machine(), run => $"./bench {run}");
    }

    return outcome;
}

if (args is ["--huge-pages"])
{
    HugePageBenchmark hugePages = new();
    int outcome = hugePages.Run();
    if (records)
    {
        await history.RecordAsync(hugePages.Samples, BenchHistory.Machine(), run => $"./bench {run}");
    }

    return outcome;
}

if (args is ["--stalls", .. string[] sizes])
{
    if (!TryReadSizes(sizes is [] ? ["1GiB", "8GiB", "16GiB"] : sizes, 1 << 20, out List<long> bytes))
    {
        return 2;
    }

    StallBenchmark stalls = new();
    int outcome = stalls.Run(bytes);
    if (records)
    {
        await history.RecordAsync(stalls.Samples, BenchHistory.Machine(), run => $"./bench {run}");
    }

    return outcome;
}

if (args is ["--compare", string file, .. string[] where] && where is [] or ["--lab"])
{
    return await new ProgramComparison(Environment.CurrentDirectory, Path.GetFullPath(file)).RunAsync(lab: where.Length > 0);
}

// In this process and short: the figures are compared with limits that they meet several times over, and a full run must not take an hour.
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance))
    .AddLogger(ConsoleLogger.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));

string[] asked = args.Length == 0 ? ["--filter", "*"] : args;
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(asked, config)];
if (records)
{
    IEnumerable<BenchmarkReport> reports = summaries.SelectMany(summary => summary.Reports);
    await history.RecordAsync(
        [.. reports.Where(report => report.ResultStatistics is not null).Select(KernelSample)],
        BenchHistory.Machine(),
        run => $"./bench --filter '*{run}*'");
}

return 0;

static bool TryReadSizes(string[] words, long min, out List<long> bytes)
{
    bytes = [];
    foreach (string word in words)
    {
        if (!ByteSize.TryParse(word, min, 1L << 42, out long one, out Problem? wrong))
        {
            Console.Error.WriteLine($"bench: {wrong}");
            return false;
        }

        bytes.Add(one);
    }

    return true;
}

static (string Run, Sample Sample) KernelSample(BenchmarkReport report)
{
    (Descriptor benchmark, Statistics time) = (report.BenchmarkCase.Descriptor, report.ResultStatistics!);
    IEnumerable<string> parameters = report.BenchmarkCase.Parameters.Items.Select(item => $"{item.Value}");
    string words = string.Join('-', [benchmark.WorkloadMethod.Name, .. parameters]);
    string name = words.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-');
    return (benchmark.Type.Name, new Sample(name, time.Mean, "ns", time.Min, time.Max));
}
