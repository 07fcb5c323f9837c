using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>Tells <see cref="SimulatedReclaim"/> which pages of a process are hot and cold, at a cost in virtual time.</summary>
internal sealed class SimulatedHeatSharer(SimulatedMachine machine, SimulatedProcess process) : IHeatSharer
{
    // The accessed bit of a base page stays as it is, that of a huge page is set, as on Linux (follow_page_pte, touch_pmd).
    public int ShareHot(Span<ulong> pages) => Change(pages, add: PageState.Active, addToHuge: PageState.Kept, remove: 0);

    public int ShareCold(Span<ulong> pages) => Change(pages, add: 0, addToHuge: 0, remove: PageState.Kept);

    private int Change(Span<ulong> pages, byte add, byte addToHuge, byte remove)
    {
        int told = 0;
        foreach (ulong address in pages)
        {
            if (process.State != ProcessState.Running || process.MappingAt(address) is not { } mapping)
            {
                continue;
            }

            int page = (int)((address - mapping.Start) >> Chunk.PageShift);
            if (mapping.IsPresent(page))
            {
                ref byte state = ref mapping.States[page];
                state = (byte)((state | (mapping.IsHuge(page) ? addToHuge : add)) & ~remove);
                told++;
            }
        }

        machine.Charge((long)told * machine.Spec.ShareNsPerPage);
        return told;
    }
}
