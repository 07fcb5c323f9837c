using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests;

/// <summary>Small machines for tests, sized in pages.</summary>
internal static class Machines
{
    public const int PageBytes = 4096;

    public static SimulatedMachine TwoTiers(
        long fastPages, long slowPages, long reservePages = 0, ulong seed = 1, double stallShare = 0.1) => new(new SimulatedMachineSpec
        {
            Nodes =
        [
            new(0, fastPages * PageBytes, 100) { HasCpus = true, ReserveBytes = reservePages * PageBytes },
            new(1, slowPages * PageBytes, 300) { ReserveBytes = reservePages * PageBytes },
        ],
            Seed = seed,
            StallShare = stallShare,
        });

    /// <summary>Fails unless every count of the machine adds up, from the nodes down to single pages.</summary>
    public static void AssertExact(SimulatedMachine machine)
    {
        foreach (SimulatedNode node in machine.Nodes)
        {
            Assert.InRange(node.FreePages, 0, node.CapacityPages);
            long held = machine.Processes.Sum(process => process.PagesOn(node.Id));
            Assert.Equal(node.CapacityPages, node.FreePages + node.CachePages + node.OccupiedPages + held);
        }

        foreach (SimulatedProcess process in machine.Processes)
        {
            Dictionary<int, long> counted = [];
            foreach (SimulatedMapping mapping in process.Mappings)
            {
                for (int page = 0; page < mapping.Pages; page++)
                {
                    if (process.NodeOf(mapping, page) is { } node)
                    {
                        counted[node] = counted.GetValueOrDefault(node) + 1;
                    }
                }
            }

            Assert.All(machine.Nodes, node => Assert.Equal(counted.GetValueOrDefault(node.Id), process.PagesOn(node.Id)));
        }
    }
}
