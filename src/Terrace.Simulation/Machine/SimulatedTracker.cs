using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>Reads a simulated process's page tables: exact, at a cost in virtual time.</summary>
internal sealed class SimulatedTracker(SimulatedMachine machine, SimulatedProcess process) : IAccessTracker
{
    private ChunkFacts _facts;

    public string Name => "simulated";

    public ScanOutcome Read(IScanSink sink)
    {
        if (process.Refusal() is { } refusal)
        {
            return refusal;
        }

        long chunks = 0;
        long treatedHot = 0;
        for (int m = 0; m < process.Mappings.Count; m++)
        {
            SimulatedMapping mapping = process.Mappings[m];
            ulong first = Chunk.Of(mapping.Start);
            for (int chunk = 0; chunk < mapping.Chunks; chunk++)
            {
                if (process.Faults.ExitAfterChunksRead is { } left)
                {
                    process.Faults.ExitAfterChunksRead = left - 1;
                    if (left <= 0)
                    {
                        process.Exit();
                        return new ScanOutcome(ScanStatus.ProcessGone, machine.Charge(chunks * machine.Spec.ReadNsPerChunk));
                    }
                }

                chunks++;
                if (mapping.Describe(chunk, ref _facts))
                {
                    _facts.Area = mapping.Area;
                    treatedHot += mapping.IsTreatedHot ? TreatAsHot(ref _facts) : 0;
                    sink.Record(first + (ulong)chunk, in _facts);
                }
            }
        }

        return new ScanOutcome(
            ScanStatus.Complete, machine.Charge(chunks * machine.Spec.ReadNsPerChunk), Treated: new TreatedPages(treatedHot, Cold: 0));
    }

    public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
    {
        for (int i = 0; i < pages.Length; i++)
        {
            int page = process.MappingAt(pages[i]) is { } mapping ? (int)((pages[i] - mapping.Start) >> Chunk.PageShift) : 0;
            sights[i] = process.MappingAt(pages[i]) is not { } found || !found.IsPresent(page) ? PageSight.Absent
                : found.IsAccessed(page) ? PageSight.Accessed
                : PageSight.Idle;
        }

        machine.Charge(pages.Length);
        return process.State == ProcessState.Running && !process.AddressSpaceReplaced;
    }

    private static long TreatAsHot(ref ChunkFacts facts)
    {
        facts.Accessed = facts.Present;
        long pages = 0;
        foreach (ulong word in facts.Present.AsWords())
        {
            pages += BitOperations.PopCount(word);
        }

        return pages;
    }
}
