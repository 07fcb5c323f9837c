using System.Globalization;

namespace Terrace.Fuzz.Campaigns;

/// <summary>Runs targets, says what came of each, and keeps the inputs that showed faults.</summary>
internal sealed class Campaign(string root, FuzzOptions options, TimeProvider clock)
{
    private readonly string _artifacts = Path.Combine(root, "artifacts", "fuzz");
    private readonly Lock _console = new();

    /// <summary>Runs them; returns the exit code: 0 when nothing went wrong and all was run, 1 otherwise.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        Directory.CreateDirectory(_artifacts);
        Say("instrumenting a copy of the libraries");
        string program = InstrumentedProgram.Make(TemporaryFolder.Make());
        Say(string.Create(CultureInfo.InvariantCulture, $"{options.Targets.Count} targets, {options.Inputs:n0} inputs each"));
        Print(TargetResult.Heading);
        bool good = true;
        await Parallel.ForEachAsync(
            options.Targets,
            new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = CancellationToken.None },
            async (target, _) =>
            {
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                TargetResult result = await new TargetRun(program, _artifacts, target, options.Inputs, clock).RunAsync(Say, stop);
                lock (_console)
                {
                    Report(result);
                    good &= result.Faults.Count == 0 && result.Inputs >= options.Inputs;
                }
            });
        return good ? 0 : 1;
    }

    private void Report(TargetResult result)
    {
        Print(result.ToLine());
        foreach ((int number, Fault fault) in result.Faults.Index())
        {
            string path = Path.Combine("artifacts", "fuzz", $"{result.Target.Name}-{number}");
            File.WriteAllBytes(Path.Combine(root, path), fault.Input);
            Print($"  {fault.What}\n  the input is {path}; run it again: ./fuzz --try {result.Target.Name} {path}");
        }

        if (options.Record)
        {
            FuzzHistory.Append(root, result, clock);
            FuzzPage.Update(root);
        }
    }

    private void Say(string text)
    {
        lock (_console)
        {
            Console.Error.WriteLine($"fuzz: {text}");
        }
    }

    private void Print(string line)
    {
        lock (_console)
        {
            Console.WriteLine(line);
        }
    }
}
