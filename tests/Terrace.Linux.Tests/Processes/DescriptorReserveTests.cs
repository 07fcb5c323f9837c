using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class DescriptorReserveTests
{
    [Theory]
    [InlineData(256, 64, 192)]
    [InlineData(1024, 128, 896)]
    [InlineData(4096, 512, 3584)]
    [InlineData(262_144, 512, 261_632)]
    [InlineData(int.MaxValue, 512, int.MaxValue - 512)]

    // Less than is kept: nothing is left for processes, and nothing is negative.
    [InlineData(32, 32, 0)]
    public void Some_are_kept_of_every_limit_and_processes_have_the_lower_numbers(int limit, int kept, int ceiling)
    {
        DescriptorReserve reserve = new(limit);
        Assert.Equal((kept, ceiling), (reserve.Kept, reserve.Ceiling));
    }

    [Fact]
    public void Two_descriptors_make_a_process()
    {
        Assert.Equal(1742, new DescriptorReserve(4096).ProcessesWith(100));
        Assert.Equal(0, new DescriptorReserve(64).ProcessesWith(100));
    }

    [Fact]
    public void The_lowest_free_number_is_that_of_the_next_file_and_the_limit_is_known()
    {
        int free = DescriptorLimit.LowestFree;
        Assert.InRange(free, 3, DescriptorLimit.Current - 1);
        Assert.InRange(DescriptorLimit.Current, 64, DescriptorLimit.Highest);
        Assert.True(DescriptorLimit.TryRaise());
        Assert.Equal(DescriptorLimit.Highest, DescriptorLimit.Current);
    }
}
