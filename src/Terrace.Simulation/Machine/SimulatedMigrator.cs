using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Machine;

/// <summary>Moves a simulated process's pages, one after another, with the results that move_pages(2) would give.</summary>
internal sealed class SimulatedMigrator(SimulatedMachine machine, SimulatedProcess process) : IPageMigrator
{
    // Folios that were taken off their list in this call and wait for the others of it, by their first address.
    private readonly HashSet<ulong> _queued = [];
    private SeededRandom _random = new(SeededRandom.Derive(machine.Spec.Seed, (ulong)process.Pid));

    public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        long nanoseconds = machine.Spec.MoveNsPerCall;
        SimulatedNode? target = machine.Find(targetNode);
        _queued.Clear();
        for (int i = 0; i < addresses.Length; i++)
        {
            if (process.Faults.ExitAfterMoves is { } left)
            {
                process.Faults.ExitAfterMoves = left - 1;
                if (left <= 0)
                {
                    process.Exit();
                }
            }

            results[i] = MoveOne(addresses[i], target, ref nanoseconds);
        }

        machine.Charge(nanoseconds);
    }

    private MoveResult MoveOne(ulong address, SimulatedNode? target, ref long nanoseconds)
    {
        if (process.State != ProcessState.Running)
        {
            return MoveResult.ProcessGone;
        }

        if (process.MappingAt(address) is not { } mapping)
        {
            return MoveResult.Gone;
        }

        int page = (int)((address - mapping.Start) >> Chunk.PageShift);
        if (!mapping.IsPresent(page))
        {
            return MoveResult.Gone;
        }

        if (target is not null && !process.MayUse(target.Id))
        {
            return MoveResult.Denied;
        }

        bool huge = mapping.IsHuge(page);
        (int firstPage, int pages) = huge ? (page / Chunk.Pages * Chunk.Pages, Chunk.Pages) : mapping.FolioOf(page);
        if (_queued.Contains(mapping.AddressOf(firstPage)))
        {
            // It waits to be moved and is on no list: EBUSY, and then all that wait are moved (do_pages_move, mm/migrate.c).
            _queued.Clear();
            return MoveResult.Busy;
        }

        SimulatedNode source = machine.NodeAt(mapping.States[page] & PageState.NodeMask);
        if (source == target)
        {
            return MoveResult.AlreadyThere;
        }

        if (process.Faults.FailureOf(mapping.AddressOf(firstPage), ref _random) is { } failure)
        {
            if (failure == MoveResult.Gone)
            {
                process.Unmap(mapping, firstPage, pages);
            }

            return failure;
        }

        if (target is null || process.Faults.IsFull(target.Id) || !target.TryTakeHere(pages))
        {
            return MoveResult.NoMemory;
        }

        source.Return(pages);
        Relabel(mapping.States.Slice(firstPage, pages), SimulatedMachine.StateOn(target));
        process.CountMove(source, target, pages);
        machine.MovedPages += pages;
        nanoseconds += huge ? machine.Spec.MoveNsPerHugePage : machine.Spec.MoveNsPerPage * pages;
        if (pages > 1 && !huge)
        {
            _queued.Add(mapping.AddressOf(firstPage));
        }

        return MoveResult.Moved;
    }

    // The accessed bit travels with the page, as it does since Linux 6.1 (mm/migrate.c, remove_migration_pte), and so does the
    // list it is on.
    private static void Relabel(Span<byte> states, byte state)
    {
        foreach (ref byte page in states)
        {
            page = (byte)((page & (PageState.Kept | PageState.Joined)) | state);
        }
    }
}
