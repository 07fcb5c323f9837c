using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Trackers.PageTables;

/// <content>Looks up single addresses.</content>
internal sealed partial class PageTableWalker<TMemory>
{
    /// <summary>
    /// Fills in the node of the page that holds each address, -1 for those without a page; cheapest when the addresses ascend.
    /// </summary>
    public void Locate(ulong root, int levels, ReadOnlySpan<ulong> addresses, FrameMap frames, Span<int> nodes)
    {
        _cached.AsSpan().Fill(ulong.MaxValue);
        Load(levels, 0, root);
        ulong chunk = ulong.MaxValue;
        int level = 0;
        ulong entry = 0;
        int hint = -1;
        for (int i = 0; i < addresses.Length; i++)
        {
            ulong address = addresses[i];
            if (Chunk.Of(address) != chunk)
            {
                chunk = Chunk.Of(address);
                level = Descend(address, levels, out entry);
            }

            nodes[i] = level == LastLevel ? NodeOf(_tables[LastLevel][Index(address, LastLevel)], frames, ref hint)
                : level == LastLevel + 1 && PageTableEntry.IsHuge(entry) ? NodeOfHuge(entry, frames)
                : -1;
        }
    }

    /// <summary>
    /// Reports of pages whether they are there and were accessed; unless <paramref name="hugeToo"/> is set huge ones count as absent.
    /// Cheapest when the addresses ascend.
    /// </summary>
    public void Look(ulong root, int levels, ReadOnlySpan<ulong> addresses, Span<PageSight> sights, bool hugeToo = false)
    {
        _cached.AsSpan().Fill(ulong.MaxValue);
        Load(levels, 0, root);
        ulong chunk = ulong.MaxValue;
        int level = 0;
        ulong huge = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            ulong address = addresses[i];
            if (Chunk.Of(address) != chunk)
            {
                chunk = Chunk.Of(address);
                level = Descend(address, levels, out huge);
            }

            ulong entry = level == LastLevel ? _tables[LastLevel][Index(address, LastLevel)]
                : hugeToo && level == LastLevel + 1 && PageTableEntry.IsHuge(huge) ? huge
                : 0;
            sights[i] = !PageTableEntry.IsMapped(entry) ? PageSight.Absent
                : (entry & PageTableEntry._PAGE_ACCESSED) != 0 ? PageSight.Accessed : PageSight.Idle;
        }
    }

    /// <summary>Fills in the frame of each of a chunk's pages, whatever kind of page it is; 0 where there is none.</summary>
    public void ReadFrames(ulong root, int levels, ulong chunk, Span<ulong> frames)
    {
        _cached.AsSpan().Fill(ulong.MaxValue);
        Load(levels, 0, root);
        int level = Descend(chunk << Chunk.Shift, levels, out ulong huge);
        for (int page = 0; page < Chunk.Pages; page++)
        {
            ulong entry = level == LastLevel ? _tables[LastLevel][page] : 0;
            frames[page] = PageTableEntry.IsMapped(entry) ? (PageTableEntry.Address(entry) & AddressMask) >> Chunk.PageShift
                : level == LastLevel + 1 && PageTableEntry.IsHuge(huge) ? HugeFrame(huge) + (ulong)page
                : 0;
        }
    }
}
