using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <content>Accesses and first touches.</content>
public sealed partial class SimulatedProcess
{
    /// <summary>Accesses every page of a mapping once, in order of address. False when memory ran out and the process was killed.</summary>
    public bool Populate(SimulatedMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        for (int page = 0; page < mapping.Pages; page++)
        {
            if (!Access(mapping, page))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Accesses one page once. False when memory ran out and the process was killed, or when it has ended before.</summary>
    public bool Access(SimulatedMapping mapping, int page)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        if (State == ProcessState.Running && ReadInCommon(mapping, page) >= 0)
        {
            return true;
        }

        if (State != ProcessState.Running || (!mapping.IsPresent(page) && !Fault(mapping, page)))
        {
            return false;
        }

        ref byte state = ref mapping.States[page];
        state |= PageState.Accessed;
        _accesses[state & PageState.NodeMask]++;
        return true;
    }

    /// <summary>
    /// Accesses pages one after another as long as <paramref name="budget"/> (any unit of time) is positive; each access takes
    /// its node's cost from it, and the last may overdraw it. Returns how many were accessed.
    /// </summary>
    internal int Access(SimulatedMapping mapping, ReadOnlySpan<int> pages, ReadOnlySpan<long> costOfNode, long faultCost, ref long budget)
    {
        Span<byte> states = mapping.States;
        Span<long> accesses = _accesses;
        long left = budget;
        int done = 0;
        while (done < pages.Length && left > 0)
        {
            ref byte state = ref states[pages[done]];
            if ((state & PageState.NotPresent) != 0)
            {
                if (ReadInCommon(mapping, pages[done]) is >= 0 and var place)
                {
                    left -= costOfNode[place];
                    done++;
                    continue;
                }

                if (!Fault(mapping, pages[done]))
                {
                    break;
                }

                left -= faultCost;
            }

            int node = state & PageState.NodeMask;
            state |= PageState.Accessed;
            accesses[node]++;
            left -= costOfNode[node];
            done++;
        }

        budget = left;
        return done;
    }

    /// <summary>Brings a page into memory. False when there is none left: the process is killed then.</summary>
    private bool Fault(SimulatedMapping mapping, int page)
    {
        if (page >= mapping.Pages)
        {
            throw new ArgumentOutOfRangeException(nameof(page), page, "The page is beyond the mapping's end.");
        }

        // The copy of a page in common is a single page (wp_page_copy, mm/memory.c).
        bool copies = mapping.InCommon(page) is not null;
        if (mapping.WantsHugePages && !copies && FaultHuge(mapping, page / Chunk.Pages))
        {
            return true;
        }

        if (mapping.FolioPages > 1 && !copies && FaultFolio(mapping, page / mapping.FolioPages * mapping.FolioPages))
        {
            return true;
        }

        if (_machine.TryAllocate(this, 1) is not { } node)
        {
            End(ProcessState.OutOfMemory);
            return false;
        }

        mapping.States[page] = SimulatedMachine.StateOn(node);
        _pagesOnNode[node.Index]++;
        return true;
    }

    private bool FaultFolio(SimulatedMapping mapping, int first)
    {
        int pages = mapping.FolioPages;
        if (first + pages > mapping.Pages
            || mapping.States.Slice(first, pages).ContainsAnyExcept(PageState.NotPresent)
            || _machine.TryAllocate(this, pages) is not { } node)
        {
            return false;
        }

        byte state = SimulatedMachine.StateOn(node);
        mapping.States[first] = state;
        mapping.States.Slice(first + 1, pages - 1).Fill((byte)(state | PageState.Joined));
        _pagesOnNode[node.Index] += pages;
        return true;
    }

    private bool FaultHuge(SimulatedMapping mapping, int chunk)
    {
        bool whole = (chunk + 1) * Chunk.Pages <= mapping.Pages;
        Span<byte> states = mapping.ChunkStates(chunk);
        if (!whole || states.ContainsAnyExcept(PageState.NotPresent) || _machine.TryAllocate(this, Chunk.Pages) is not { } node)
        {
            return false;
        }

        states.Fill(SimulatedMachine.StateOn(node));
        mapping.SetHuge(chunk, huge: true);
        _pagesOnNode[node.Index] += Chunk.Pages;
        return true;
    }
}
