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
        if (Refusal() is { } refusal)
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

        if (Refusal() is { } refusal)
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
                mapping.States[page] &= byte.MaxValue - PageState.Accessed;
                pages[cleared++] = pages[i];
            }
        }

        machine.Charge(cleared);
        return cleared;
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

    public long ResidentPages => process.ResidentPages;

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

    private ScanOutcome? Refusal()
    {
        if (process.State != ProcessState.Running)
        {
            return new ScanOutcome(ScanStatus.ProcessGone, TimeSpan.Zero);
        }

        if (process.Faults.ScanErrno != 0)
        {
            return new ScanOutcome(ScanStatus.Failed, TimeSpan.Zero, process.Faults.ScanErrno);
        }

        if (process.AddressSpaceReplaced)
        {
            process.AddressSpaceReplaced = false;
            return new ScanOutcome(ScanStatus.AddressSpaceReplaced, TimeSpan.Zero);
        }

        return null;
    }
}
