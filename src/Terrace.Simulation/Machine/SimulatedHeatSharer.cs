using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>Tells <see cref="SimulatedReclaim"/> which pages of a process are hot and cold, at a cost in virtual time.</summary>
internal sealed class SimulatedHeatSharer(SimulatedMachine machine, SimulatedProcess process) : IHeatSharer
{
    // The accessed bit of a base page stays as it is, that of a huge page is set, as on Linux (follow_page_pte, touch_pmd).
    public int ShareHot(Span<ulong> pages) => Change(pages, add: PageState.Active, addToHuge: PageState.Kept, remove: 0);

    public int ShareCold(Span<ulong> pages) => Change(pages, add: 0, addToHuge: 0, remove: PageState.Kept);

    /// <summary>
    /// Splits the folio of a page whose others do not follow it in a list, as MADV_COLD does (madvise_cold_or_pageout_pte_range,
    /// mm/madvise.c). To be asked of each page in turn.
    /// </summary>
    internal static void SplitUnlessWhole(SimulatedMapping mapping, int page, ReadOnlySpan<ulong> list)
    {
        (int first, int pages) = mapping.FolioOf(page);
        bool continues = page > first;
        bool whole = list.Length >= pages && list[pages - 1] == mapping.AddressOf(first + pages - 1);
        if (pages > 1 && !continues && !whole)
        {
            mapping.SplitFolio(page);
        }
    }

    private int Change(Span<ulong> pages, byte add, byte addToHuge, byte remove)
    {
        int told = 0;
        for (int i = 0; i < pages.Length; i++)
        {
            ulong address = pages[i];
            if (process.State != ProcessState.Running || process.MappingAt(address) is not { } mapping)
            {
                continue;
            }

            int page = (int)((address - mapping.Start) >> Chunk.PageShift);
            if (mapping.IsPresent(page))
            {
                if (remove != 0)
                {
                    SplitUnlessWhole(mapping, page, pages[i..]);
                }

                ref byte state = ref mapping.States[page];
                state = (byte)((state | (mapping.IsHuge(page) ? addToHuge : add)) & ~remove);
                if (add != 0 && mapping.FolioOf(page) is (var first, > 1 and var count))
                {
                    // The list that a folio is on is that of all its pages.
                    foreach (ref byte other in mapping.States.Slice(first, count))
                    {
                        other |= add;
                    }
                }

                told++;
            }
        }

        machine.Charge((long)told * machine.Spec.ShareNsPerPage);
        return told;
    }
}
