using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>Clears a simulated process's accessed bits, at a cost in virtual time.</summary>
internal sealed class SimulatedClearer(SimulatedMachine machine, SimulatedProcess process) : IAccessClearer
{
    public string Name => "simulated";

    public ScanOutcome Clear()
    {
        if (process.Faults.ExitAtClear is { } left)
        {
            process.Faults.ExitAtClear = left - 1;
            if (left <= 1)
            {
                process.Exit();
            }
        }

        if (process.Refusal() is { } refusal)
        {
            return refusal;
        }

        long chunks = 0;
        for (int m = 0; m < process.Mappings.Count; m++)
        {
            process.Mappings[m].ClearAccessed();
            chunks += process.Mappings[m].Chunks;
        }

        return new ScanOutcome(ScanStatus.Complete, machine.Charge(chunks * machine.Spec.ClearNsPerChunk));
    }

    public int ClearSome(Span<ulong> pages)
    {
        int cleared = 0;
        for (int i = 0; i < pages.Length; i++)
        {
            if (process.State != ProcessState.Running || process.MappingAt(pages[i]) is not { } mapping)
            {
                continue;
            }

            int page = (int)((pages[i] - mapping.Start) >> Chunk.PageShift);
            if (mapping.IsPresent(page) && !mapping.IsHuge(page))
            {
                SimulatedHeatSharer.SplitUnlessWhole(mapping, page, pages[i..]);
                mapping.States[page] &= byte.MaxValue - PageState.Accessed;
                pages[cleared++] = pages[i];
            }
        }

        machine.Charge(cleared);
        return cleared;
    }
}
