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

                bool isAsked = !mapping.IsTreatedHot && mapping.HasPages(chunk);
                if (isAsked && !sink.Wants(first + (ulong)chunk))
                {
                    continue;
                }

                if (mapping.Describe(chunk, ref _facts))
                {
                    chunks++;
                    _facts.Area = mapping.Area;
                    treatedHot += mapping.IsTreatedHot ? TreatAsHot(ref _facts) : 0;
                    sink.Record(first + (ulong)chunk, in _facts);
                }
            }
        }

        return new ScanOutcome(
            ScanStatus.Complete, machine.Charge(chunks * machine.Spec.ReadNsPerChunk), Treated: new TreatedPages(treatedHot, Cold: 0));
    }

    public bool ReadChunks(IChunkChoice chunks, IScanSink sink)
    {
        if (process.State != ProcessState.Running || process.AddressSpaceReplaced || process.Faults.ScanErrno != 0)
        {
            return false;
        }

        long read = 0;
        for (int m = 0; m < process.Mappings.Count; m++)
        {
            SimulatedMapping mapping = process.Mappings[m];
            ulong start = Chunk.Of(mapping.Start);
            ulong end = start + (ulong)mapping.Chunks;
            for (ulong at = start; !mapping.IsTreatedHot && at < end && chunks.TryNext(at, out ulong first, out ulong until);)
            {
                for (at = first; at < Math.Min(until, end); at++)
                {
                    if (mapping.Describe((int)(at - start), ref _facts))
                    {
                        read++;
                        _facts.Area = mapping.Area;
                        sink.Record(at, in _facts);
                    }
                }
            }
        }

        machine.Charge(read * machine.Spec.ReadNsPerChunk);
        return true;
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

    public bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => ReadSome(pages, sights);

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
