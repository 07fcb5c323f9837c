using System.Runtime.InteropServices;
using Terrace.Fuzz;
using Terrace.Fuzz.Campaigns;
using Terrace.Fuzz.Feeding;

switch (args)
{
    case ["--feed", string name, string path]:
        {
            using FeedRecord record = new(path);
            using HangWatch watch = new(record, path);
            return AflServer.Serve(name, record);
        }

    case ["--list"]:
        foreach (IFuzzTarget target in FuzzTargets.All)
        {
            Console.WriteLine($"{target.Name,-20} {target.Reads}");
        }

        return 0;

    case ["--try", string name, .. string[] files]:
        return Replay.Run(name, files);
}

if (FuzzOptions.Read(args, out string problem) is not { } options)
{
    Console.Error.WriteLine($"fuzz: {problem}");
    return 2;
}

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await new Campaign(Environment.CurrentDirectory, options, TimeProvider.System).RunAsync(stop.Token);
}
catch (InvalidOperationException error)
{
    Console.Error.WriteLine($"fuzz: {error.Message}");
    return 70;
}

// The target that runs ends early and is reported with what was run of it.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
