using System.Runtime.InteropServices;
using Terrace.Fuzz.Feeding;

namespace Terrace.Fuzz.Tests.Feeding;

public sealed unsafe class BranchMapTests
{
    [Fact]
    public void Branches_keep_their_places_share_none_and_are_forgotten_once_they_are_passed_on()
    {
        byte[] places = GC.AllocateArray<byte>(BranchMap.Places, pinned: true);
        BranchMap map = new((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(places, 0));
        map.Clear();
        int[] branches = [0, 31, 32, 4095, 65535];
        foreach (int branch in branches)
        {
            map.Memory[branch] = (byte)(1 + (branch % 200));
        }

        map.PassOn();
        Assert.Equal(
            branches.Select(branch => 1 + (branch % 200)).Order(), places.Where(count => count > 0).Select(count => (int)count).Order());
        int first = Array.IndexOf(places, (byte)(1 + (4095 % 200)));

        Array.Clear(places);
        map.PassOn();
        Assert.DoesNotContain(places, count => count > 0);

        map.Memory[4095] = 7;
        map.PassOn();
        Assert.Equal(7, places[first]);
    }
}
