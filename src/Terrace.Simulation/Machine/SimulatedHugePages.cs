using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// Splits a simulated process's huge pages and puts them together, at a cost in virtual time. That translations of base pages cost the
/// process more is not simulated.
/// </summary>
internal sealed class SimulatedHugePages(SimulatedMachine machine, SimulatedProcess process) : IHugePages
{
    public bool CanJoin => true;

    public bool Split(ulong chunk)
    {
        if (Find(chunk) is not var (mapping, index) || !mapping.IsHuge(index * Chunk.Pages) || process.Faults.RefusesSplit())
        {
            return false;
        }

        machine.Charge(machine.Spec.SplitNs);
        bool accessed = mapping.IsAccessed(index * Chunk.Pages);
        mapping.SetHuge(index, huge: false);
        foreach (ref byte state in mapping.ChunkStates(index))
        {
            // Each has the bit that the huge page had (__split_huge_pmd_locked, mm/huge_memory.c).
            state |= accessed ? PageState.Accessed : (byte)0;
        }

        return true;
    }

    public int Clear(Span<ulong> chunks)
    {
        int kept = 0;
        foreach (ulong chunk in chunks)
        {
            if (Find(chunk) is var (mapping, index) && mapping.ClearAccessed(index))
            {
                chunks[kept++] = chunk;
            }
        }

        machine.Charge((long)kept * machine.Spec.ClearNsPerHugePage);
        return kept;
    }

    public bool Join(ulong chunk)
    {
        if (Find(chunk) is not var (mapping, index) || !mapping.IsWhole(index))
        {
            return false;
        }

        Span<byte> states = mapping.ChunkStates(index);
        SimulatedNode node = MostUsed(states);
        if (!node.TryTakeHere(Chunk.Pages))
        {
            return false;
        }

        bool accessed = false;
        foreach (ref byte state in states)
        {
            SimulatedNode from = machine.NodeAt(state & PageState.NodeMask);
            from.Return(1);
            process.CountMove(from, node, 1);
            accessed |= (state & PageState.Accessed) != 0;
        }

        states.Fill((byte)(SimulatedMachine.StateOn(node) | (accessed ? PageState.Accessed : 0)));
        mapping.SetHuge(index, huge: true);
        machine.Charge(machine.Spec.JoinNs);
        return true;
    }

    private SimulatedNode MostUsed(ReadOnlySpan<byte> states)
    {
        Span<int> pages = stackalloc int[SimulatedMachine.MaxNodes];
        pages.Clear();
        int most = 0;
        foreach (byte state in states)
        {
            int node = state & PageState.NodeMask;
            most = ++pages[node] > pages[most] ? node : most;
        }

        return machine.NodeAt(most);
    }

    private (SimulatedMapping Mapping, int Index)? Find(ulong chunk)
    {
        SimulatedMapping? mapping = process.State == ProcessState.Running ? process.MappingAt(Chunk.AddressOf(chunk, 0)) : null;
        return mapping is null ? null : (mapping, (int)(chunk - Chunk.Of(mapping.Start)));
    }
}
