using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>Clears a simulated process's accessed bits, at a cost in virtual time.</summary>
internal sealed class SimulatedClearer(SimulatedMachine machine, SimulatedProcess process) : IAccessClearer
{
    public string Name => "simulated";

    public ScanOutcome Clear() => Clear(null);

    public ScanOutcome Clear(IChunkChoice? chosen)
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
        chosen = machine.Spec.ClearsChunks ? chosen : null;
        for (int m = 0; m < process.Mappings.Count; m++)
        {
            chunks += Clear(process.Mappings[m], process.Mappings[m].IsTreatedHot ? null : chosen);
        }

        TimeSpan took = machine.Charge(chunks * machine.Spec.ClearNsPerChunk);
        return new ScanOutcome(ScanStatus.Complete, took, ChosenOnly: chosen is not null);
    }

    private static long Clear(SimulatedMapping mapping, IChunkChoice? chosen)
    {
        ulong start = Chunk.Of(mapping.Start);
        ulong end = start + (ulong)mapping.Chunks;
        long chunks = 0;
        for (ulong at = start; at < end;)
        {
            (ulong first, ulong until) = (at, end);
            if (chosen is not null && !chosen.TryNext(at, out first, out until))
            {
                break;
            }

            for (at = first; at < Math.Min(until, end); at++)
            {
                chunks += mapping.ClearAccessed((int)(at - start)) ? 1 : 0;
            }
        }

        return chunks;
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
