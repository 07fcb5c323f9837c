using Terrace.Core.Placement;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Placement;

public sealed class MoveListTests
{
    [Fact]
    public void Slices_come_in_order_and_a_huge_page_is_never_divided()
    {
        MoveList list = new();
        list.Reset(MoveRoute.To([1]), isPromotion: false);
        list.Add(0x1000, isHuge: false);
        list.Add(0x20_0000, isHuge: true);
        list.Add(0x50_0000, isHuge: false);
        ulong[] addresses = new ulong[8];
        ushort[] counts = new ushort[8];
        Assert.Equal(1, list.Take(10, addresses, counts));
        Assert.Equal(1, list.Take(10, addresses, counts));
        Assert.Equal(Chunk.Pages, counts[0]);
        Assert.Equal(0x20_0000UL, addresses[0]);
        Assert.Equal(1, list.PagesLeft);
        Assert.Equal(1, list.Take(10, addresses, counts));
        Assert.Equal(0, list.Take(10, addresses, counts));
        Assert.Equal(Chunk.Pages + 2, list.Pages);
    }

    [Fact]
    public void A_folio_is_taken_and_given_back_with_all_its_pages()
    {
        MoveList list = new();
        list.Reset(MoveRoute.To([1]), isPromotion: false);
        list.Add(0x10_0000, 16);
        list.Add(0x20_0000, 256);
        list.Add(0x60_0000, 1);
        ulong[] addresses = new ulong[8];
        ushort[] counts = new ushort[8];
        Assert.Equal(1, list.Take(100, addresses, counts));
        Assert.Equal((0x10_0000UL, 16, 257L), (addresses[0], (int)counts[0], list.PagesLeft));
        list.GiveBack(addresses.AsSpan(0, 1), counts.AsSpan(0, 1), [Core.Machine.MoveResult.NoMemory]);
        Assert.Equal(273, list.PagesLeft);
        Assert.Equal(3, list.Take(1000, addresses, counts));
        Assert.Equal([16, 256, 1], counts[..3]);
        Assert.Equal([0x10_0000UL, 0x20_0000UL, 0x60_0000UL], addresses[..3]);
    }

    [Fact]
    public void Storage_of_a_large_list_is_given_back_once_lists_are_far_smaller_and_nothing_of_them_is_lost()
    {
        MoveList list = ListOf(100_000);
        int large = list.Capacity;
        list.Trim(inUse: true);
        Assert.Equal(large, list.Capacity);
        list.Reset(MoveRoute.To([1]), isPromotion: true);
        for (ulong page = 0; page < 20_000; page++)
        {
            list.Add(page << Chunk.PageShift, isHuge: false);
        }

        // Not so much smaller that it is worth the work.
        list.Trim(inUse: true);
        Assert.Equal(large, list.Capacity);
        Assert.Equal(19_999, list.Keep(1));
        list.Trim(inUse: true);
        Assert.InRange(list.Capacity, 1, 300);
        ulong[] addresses = [1];
        Assert.Equal(1, list.Take(10, addresses, new ushort[1]));
        Assert.Equal(0UL, addresses[0]);
        list = ListOf(100_000);
        list.Trim(inUse: false);
        Assert.InRange(list.Capacity, 1, 300);
    }

    private static MoveList ListOf(ulong pages)
    {
        MoveList list = new();
        list.Reset(MoveRoute.To([1]), isPromotion: true);
        for (ulong page = 0; page < pages; page++)
        {
            list.Add(page << Chunk.PageShift, isHuge: false);
        }

        return list;
    }
}
