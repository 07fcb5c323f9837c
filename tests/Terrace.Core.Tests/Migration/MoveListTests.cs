using Terrace.Core.Migration;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tests.Migration;

public sealed class MoveListTests
{
    [Fact]
    public void Slices_come_in_order_and_a_huge_page_is_never_divided()
    {
        MoveList list = new();
        list.Reset(node: 1, place: 1, isPromotion: false);
        list.Add(0x1000, isHuge: false);
        list.Add(0x20_0000, isHuge: true);
        list.Add(0x50_0000, isHuge: false);
        ulong[] addresses = new ulong[8];
        bool[] huge = new bool[8];
        Assert.Equal(1, list.Take(10, addresses, huge));
        Assert.Equal(1, list.Take(10, addresses, huge));
        Assert.True(huge[0]);
        Assert.Equal(0x20_0000UL, addresses[0]);
        Assert.Equal(1, list.PagesLeft);
        Assert.Equal(1, list.Take(10, addresses, huge));
        Assert.Equal(0, list.Take(10, addresses, huge));
        Assert.Equal(Chunk.Pages + 2, list.Pages);
    }
}
