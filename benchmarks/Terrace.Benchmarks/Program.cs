using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Terrace.Benchmarks.Comparison;
using Terrace.Benchmarks.Lab;

if (args is ["--lab", .. string[] names])
{
    if (names.FirstOrDefault(asked => !LabBenchmarks.Names.Any(name => LabBenchmarks.Covers(asked, name))) is { } unknown)
    {
        Console.Error.WriteLine($"bench: there is no lab run '{unknown}'; there are {string.Join(", ", LabBenchmarks.Names)}");
        return 2;
    }

    return await new LabBenchmarks(Environment.CurrentDirectory).RunAsync(names);
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

_ = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
return 0;
