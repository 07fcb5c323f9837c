using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>
/// An engine on a simulated machine that is the reference case (1400 MiB on 1 GiB of fast and 2 GiB of slow memory, 2 million
/// accesses a second, 256 MiB/s of moves) scaled down by 8 in every quantity, so that each page lives the same life.
/// </summary>
internal sealed class Scenario : IDisposable
{
    public const int Scale = 8;
    public const int Pages = SimulationPresets.WorkingSetPages / Scale;
    public const long FastPages = (SimulationPresets.FastBytes / Scale) / Machines.PageBytes;

    private readonly SimulatedMachineSpec _spec;

    public Scenario(ulong seed = 1, TieringOptions? options = null, Func<SimulatedMachineSpec, SimulatedMachineSpec>? change = null)
    {
        SimulatedMachineSpec full = SimulatedMachineSpec.TwoTiers(
            SimulationPresets.FastBytes / Scale, SimulationPresets.SlowBytes / Scale, seed);
        _spec = change is null ? full : change(full);
        Machine = new SimulatedMachine(_spec);
        Driver = new SimulationDriver(Machine);
        Engine = new TieringEngine(Machine, options ?? Options, Machine.Clock, Rounds);
    }

    public static TieringOptions Options { get; } = new() { RateLimitBytesPerSecond = (256L << 20) / Scale };

    /// <summary>The hot set of the reference case: 10 % of the pages take 90 % of the accesses.</summary>
    public static IWorkload Scattered { get; } = new ScatteredHotSet(Pages, 0.1, 0.9, seed: 11);

    public SimulatedMachine Machine { get; }

    public SimulationDriver Driver { get; }

    public TieringEngine Engine { get; }

    public RoundLog Rounds { get; } = new();

    /// <summary>Starts a process that is managed from now on.</summary>
    public SimulatedLoad Manage(IWorkload workload, FastShare? share = null, bool hugePages = false, double slowdown = 1)
    {
        TimeSpan perAccess = Scale * slowdown * TimeSpan.FromMicroseconds(0.5);
        SimulatedLoad load = Driver.Start(workload, computeTime: perAccess - TimeSpan.FromMicroseconds(0.1), hugePages: hugePages);
        Engine.Add(load.Process, share ?? FastShare.Auto);
        return load;
    }

    public SimulationResult Run(double seconds)
    {
        SimulationResult result = Driver.Run(TimeSpan.FromSeconds(seconds), Engine.Step);
        Machines.AssertExact(Machine);
        return result;
    }

    /// <summary>The hit ratio of a load between two seconds of simulation time.</summary>
    public static double HitRatio(SimulatedLoad load, double from, double to) =>
        SimulationResult.HitRatio(load.Samples, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to));

    public void Dispose() => Engine.Dispose();
}
