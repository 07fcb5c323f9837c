using Terrace.Linux.Dax;

namespace Terrace.Linux.Tests.Dax;

/// <summary>Every state that a device with three blocks can be in, every moment of being broken off.</summary>
public sealed class HotplugPlanTests
{
    private static readonly MemoryBlock[] s_kinds =
    [
        new(0, MemoryBlockState.Online, "Movable"), new(0, MemoryBlockState.Online, "Normal"), new(0, MemoryBlockState.Offline, null), new(
            0, MemoryBlockState.GoingOffline, null),
    ];

    [Theory]
    [InlineData(null)]
    [InlineData("Normal")]
    [InlineData("Movable")]
    public void Online_ends_as_movable_memory_from_any_state_and_after_being_broken_off_anywhere(string? zone) =>
        ReachesFromAnywhere(zone, HotplugPlan.ToOnline, state => state.IsMovableMemory);

    [Theory]
    [InlineData(null)]
    [InlineData("Normal")]
    [InlineData("Movable")]
    public void Offline_ends_as_a_device_from_any_state_and_after_being_broken_off_anywhere(string? zone) =>
        ReachesFromAnywhere(zone, HotplugPlan.ToOffline, state => state.Driver == DaxDevice.DeviceDax);

    [Fact]
    public void Blocks_that_cannot_be_seen_are_never_taken_for_none()
    {
        DaxDevice blind = new("dax0.0", 1, DaxDevice.Kmem, 1 << 27);
        Assert.Empty(HotplugPlan.ToOffline(blind));
    }

    [Fact]
    public void A_device_of_another_driver_is_left_to_it_when_it_goes_offline() =>
        Assert.Empty(HotplugPlan.ToOffline(new DaxDevice("dax0.0", 1, "fsdev_dax", 1 << 27) { Blocks = [] }));

    private static void ReachesFromAnywhere(string? zone, Func<DaxDevice, IReadOnlyList<HotplugStep>> plan, Func<DaxDevice, bool> isGoal)
    {
        int states = 0;
        foreach (Func<ModelDevice> start in Starts(zone))
        {
            for (int breakAfter = 0; breakAfter < 12; breakAfter++)
            {
                ModelDevice device = start();
                Follow(device, plan, breakAfter);
                Follow(device, plan, int.MaxValue);
                Assert.True(isGoal(device.State), $"{device.State} after {breakAfter}");
                Assert.False(device.IsBroken);
                states++;
            }
        }

        Assert.Equal((2 + 64) * 12, states);
    }

    private static void Follow(ModelDevice device, Func<DaxDevice, IReadOnlyList<HotplugStep>> plan, int breakAfter)
    {
        for (int pass = 0; pass < 5; pass++)
        {
            foreach (HotplugStep step in plan(device.State))
            {
                if (breakAfter-- <= 0)
                {
                    return;
                }

                device.Do(step);
            }
        }
    }

    private static IEnumerable<Func<ModelDevice>> Starts(string? zone)
    {
        yield return () => new ModelDevice(null, [], zone);
        yield return () => new ModelDevice(DaxDevice.DeviceDax, [], zone);
        foreach (MemoryBlock a in s_kinds)
        {
            foreach (MemoryBlock b in s_kinds)
            {
                foreach (MemoryBlock c in s_kinds)
                {
                    yield return () => new ModelDevice(DaxDevice.Kmem, [a, b with { Number = 1 }, c with { Number = 2 }], zone);
                }
            }
        }
    }
}
