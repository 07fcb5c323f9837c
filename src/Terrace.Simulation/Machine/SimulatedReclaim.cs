namespace Terrace.Simulation.Machine;

/// <summary>
/// The kernel's reclaim with demotion on, in its simplest form (mm/vmscan.c: shrink_inactive_list, folio_check_references,
/// shrink_active_list). It goes round the pages of a node like the hand of a clock. An
/// inactive page whose accessed bit is set becomes active; one whose bit is clear, whoever cleared it, goes down. When a turn
/// does not find enough, active pages become inactive again. Huge pages and folios stay.
/// </summary>
public sealed class SimulatedReclaim(SimulatedMachine machine)
{
    /// <summary>The second turn finds what was active in the first.</summary>
    private const int Turns = 2;

    private long _hand;

    /// <summary>
    /// Demotes pages of a node to the nodes below it, the nearest first while it has room; returns how many were found.
    /// </summary>
    public long Demote(SimulatedNode node, long pages)
    {
        ArgumentNullException.ThrowIfNull(node);
        SimulatedNode[] targets = [.. machine.Topology.DemotionTargetsOf(node.Id).Select(machine.Find).OfType<SimulatedNode>()];
        if (targets.Length == 0)
        {
            return 0;
        }

        long demoted = 0;
        for (int turn = 0; turn < Turns && demoted < pages; turn++)
        {
            if (turn > 0)
            {
                Deactivate(node);
            }

            demoted += Turn(node, targets, pages - demoted);
        }

        return demoted;
    }

    /// <summary>Goes round once, or until enough pages have gone down.</summary>
    private long Turn(SimulatedNode from, SimulatedNode[] to, long wanted)
    {
        List<(SimulatedProcess Process, SimulatedMapping Mapping)> mappings =
        [
            .. machine.Processes.SelectMany(process => process.Mappings.Select(mapping => (process, mapping))),
        ];
        long all = mappings.Sum(entry => (long)entry.Mapping.Pages);
        long demoted = 0;
        for (long seen = 0; seen < all && demoted < wanted;)
        {
            long position = _hand % all;
            foreach ((SimulatedProcess process, SimulatedMapping mapping) in mappings)
            {
                for (; position < mapping.Pages && seen < all && demoted < wanted; position++, seen++, _hand++)
                {
                    demoted += LookAt(process, mapping, (int)position, from, to) ? 1 : 0;
                }

                position = Math.Max(0, position - mapping.Pages);
            }
        }

        return demoted;
    }

    private bool LookAt(SimulatedProcess process, SimulatedMapping mapping, int page, SimulatedNode from, SimulatedNode[] to)
    {
        ref byte state = ref mapping.States[page];
        if (!IsOn(mapping, page, from) || (state & PageState.Active) != 0)
        {
            return false;
        }

        if ((state & PageState.Accessed) != 0)
        {
            state = (byte)((state & ~PageState.Accessed) | PageState.Active);
            return false;
        }

        if (Array.Find(to, node => node.TryTakeHere(1)) is not { } taker)
        {
            return false;
        }

        from.Return(1);
        process.CountMove(from, taker, 1);
        state = SimulatedMachine.StateOn(taker);
        return true;
    }

    private void Deactivate(SimulatedNode node)
    {
        foreach (SimulatedMapping mapping in machine.Processes.SelectMany(process => process.Mappings))
        {
            for (int page = 0; page < mapping.Pages; page++)
            {
                if (IsOn(mapping, page, node))
                {
                    mapping.States[page] &= byte.MaxValue - PageState.Active;
                }
            }
        }
    }

    private static bool IsOn(SimulatedMapping mapping, int page, SimulatedNode node) =>
        mapping.IsPresent(page)
            && !mapping.IsHuge(page)
            && mapping.FolioOf(page).Pages == 1
            && (mapping.States[page] & PageState.NodeMask) == node.Index;
}
