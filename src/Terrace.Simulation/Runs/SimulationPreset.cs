using Terrace.Simulation.Chance;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Runs;

/// <summary>A simulation that is ready to run: one process on the two-tier machine of the examples.</summary>
/// <param name="Name">The name as the command line gives it.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Workload">Makes the workload for a number of pages and a seed.</param>
public sealed record SimulationPreset(string Name, string Description, Func<int, ulong, IWorkload> Workload)
{
    /// <summary>Builds the machine and starts the process, its memory filled in order of address.</summary>
    public SimulationDriver Create(ulong seed = 1)
    {
        SimulationDriver simulation = new(
            new SimulatedMachine(SimulatedMachineSpec.TwoTiers(SimulationPresets.FastBytes, SimulationPresets.SlowBytes, seed)));
        simulation.Start(Workload(SimulationPresets.WorkingSetPages, SeededRandom.Derive(seed, 0)));
        return simulation;
    }
}
