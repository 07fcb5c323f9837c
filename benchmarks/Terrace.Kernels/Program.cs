using System.Globalization;
using System.Runtime.CompilerServices;
using Terrace.Core.Tests.Tracking;
using Terrace.Core.Tracking;
using Terrace.Kernels;
using Terrace.Linux.Tests.Trackers.PageTables;

// The vector kernels as they were compiled: checked against plain oracles, or timed. The same program is compiled ahead of time,
// as what ships, and by the JIT, whose
// vectors are as wide as the processor's or as DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0 and DOTNET_EnableHWIntrinsic=0 leave them.
switch (args)
{
    case ["check", string width]:
        return Check(width);
    case ["settings"]:
        return CollectorSettings.Check();
    case ["time"]:
        foreach ((string name, double nanoseconds) in KernelTimes.Measure())
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}\t{nanoseconds:0.0000}"));
        }

        return 0;
    default:
        Console.Error.WriteLine("usage: terrace-kernels check Word64|Vector256|Vector512 | settings | time");
        return 2;
}

static int Check(string width)
{
    const int HeatTrials = 40;
    const int Tables = 2000;
    string compiled = RuntimeFeature.IsDynamicCodeCompiled ? "compiled while it runs" : "compiled ahead of time";
    if (PlaneWidths.Best.ToString() != width)
    {
        Console.Error.WriteLine($"kernels: the best width is {PlaneWidths.Best} ({compiled}), not {width}");
        return 1;
    }

    foreach (PlaneWidth each in Enum.GetValues<PlaneWidth>())
    {
        for (int seed = 0; seed < HeatTrials; seed++)
        {
            HeatMapTrial.Run(each, new Random(seed));
        }
    }

    for (int seed = 0; seed < Tables; seed++)
    {
        PageTableTrial.AnyEntries(new Random(seed));
        PageTableTrial.FullTable(new Random(seed));
    }

    Console.WriteLine(
        $"kernels: {compiled}, best width {width}: {HeatTrials} heat maps in each width and {2 * Tables} page tables agree with their "
            + $"oracles");
    return 0;
}
