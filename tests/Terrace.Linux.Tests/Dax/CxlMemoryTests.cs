using Terrace.Linux.Dax;
using Terrace.Linux.Files;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Dax;

public sealed class CxlMemoryTests : IDisposable
{
    private const string Bus = "sys/bus/cxl/devices/";
    private readonly CapturedTree _tree = CapturedTree.Empty()
        .With(Bus + "mem0/ram/size", "0x400000000\n").With(Bus + "mem0/pmem/size", "0x0\n")
        .With(Bus + "mem1/ram/size", "0x400000000\n")
        .With(Bus + "mem2/ram/size", "0x0\n").With(Bus + "mem2/pmem/size", "0x400000000\n")
        .With(Bus + "decoder0.0/cap_ram", "0\n").With(Bus + "decoder0.1/cap_ram", "1\n").With(Bus + "decoder3.0/mode", "ram\n");

    private CxlMemory Read => CxlMemory.Read(new FileTree(_tree.Root));

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Volatile_memory_in_no_region_is_counted_and_the_command_that_makes_a_region_names_window_and_devices()
    {
        Assert.Equal(["mem0", "mem1"], Read.Devices);
        Assert.Equal(32L << 30, Read.UnusedBytes);
        Assert.Equal("sudo cxl create-region -m -t ram -d decoder0.1 mem0 mem1", Read.NextCommand);
    }

    [Theory]
    [InlineData("ram", "0x800000000", 0)]
    [InlineData("ram", "0x400000000", 16)]
    [InlineData("pmem", "0x400000000", 32)]
    [InlineData("ram", "0xffffffffffffffff", 32)]
    [InlineData("ram", "where", 32)]
    public void What_regions_of_volatile_memory_have_is_used(string mode, string size, long unusedGibibytes)
    {
        _tree.With(Bus + "region0/mode", mode + "\n").With(Bus + "region0/size", size + "\n");
        Assert.Equal(unusedGibibytes << 30, Read.UnusedBytes);
    }

    [Fact]
    public void Without_a_window_of_addresses_it_is_firmwares_doing()
    {
        _tree.Without(Bus + "decoder0.1");
        Assert.Contains("firmware gives no addresses", Read.NextCommand, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_CXL_has_none()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        CxlMemory none = CxlMemory.Read(new FileTree(tree.Root));
        Assert.Equal((0, 0L), (none.Devices.Count, none.UnusedBytes));
    }
}
