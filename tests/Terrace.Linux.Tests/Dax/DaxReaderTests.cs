using Terrace.Linux.Dax;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Dax;

public sealed class DaxReaderTests
{
    private const string Device = "sys/bus/dax/devices/dax0.0";

    [Fact]
    public void A_device_that_is_memory_has_its_whole_blocks_its_node_and_its_namespace()
    {
        DaxReader reader = new(CapturedTree.Of("nvdimm-6.12"));
        DaxDevice device = Assert.Single(reader.ReadAll());
        Assert.Equal(("dax0.0", 1, DaxDevice.Kmem, 1071644672L), (device.Name, device.TargetNode, device.Driver, device.SizeBytes));
        // The first 126 MiB of its 1022 are no whole block of 128 MiB.
        Assert.Equal([33, 34, 35, 36, 37, 38, 39], device.Blocks!.Select(block => block.Number));
        Assert.All(device.Blocks!, block => Assert.True(block.IsMovable));
        Assert.True(device.IsMovableMemory);
        Assert.True(device.IsNvdimm);
        Assert.Equal("4a037cad-298c-4795-8a0e-e9af5c7a30f6", device.NvdimmUuid);
        Assert.Equal("online_movable", reader.AutoOnline);
    }

    [Fact]
    public void A_device_that_only_firmware_knows_is_no_namespace_and_may_be_without_driver_and_node()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12").Without("sys/bus/nd")
            .With($"{Device}/uevent", "MAJOR=253\nMINOR=0\n").With($"{Device}/target_node", "-1\n").Without($"{Device}/mapping0");
        DaxDevice device = new DaxReader(tree.Root).Read("dax0.0")!;
        Assert.Equal((-1, null, false, null), (device.TargetNode, device.Driver, device.IsNvdimm, device.NvdimmUuid));
        Assert.Empty(device.Blocks!);
        Assert.False(device.IsMovableMemory);
    }

    [Theory]
    [InlineData("Y\n", "1\n", 0)]
    [InlineData("force\n", "1\n", 0)]
    [InlineData("Y\n", "0\n", 1071644672 / 64)]
    [InlineData("N\n", "1\n", 1071644672 / 64)]
    [InlineData(null, null, 1071644672 / 64)]
    public void Descriptors_of_pages_are_in_other_memory_unless_kernel_and_device_say_so(string? kernel, string? device, long bytes)
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12");
        _ = kernel is null ? tree : tree.With("sys/module/memory_hotplug/parameters/memmap_on_memory", kernel);
        _ = device is null ? tree : tree.With($"{Device}/memmap_on_memory", device);
        Assert.Equal(bytes, new DaxReader(tree.Root).Read("dax0.0")!.DescriptorBytes);
    }

    [Theory]
    [InlineData("end", "0xffffffffffffffff\n", new long[0])]
    [InlineData("end", "0xfffffffffffffffe\n", new long[] { 33, 34, 35, 36, 37, 38, 39 })]
    [InlineData("start", "0xffffffffffffffff\n", new long[0])]
    public void Of_addresses_that_cannot_be_only_blocks_that_are_there_are_looked_at(string file, string text, long[] blocks)
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12").With($"{Device}/mapping0/{file}", text);
        Assert.Equal(blocks, new DaxReader(tree.Root).Read("dax0.0")!.Blocks!.Select(block => block.Number));
    }

    [Theory]
    [InlineData("start", "")]
    [InlineData("start", "4297064448\n")]
    [InlineData("end", "0xwhere\n")]
    [InlineData("end", null)]
    public void Addresses_that_cannot_be_read_are_not_known_rather_than_none(string file, string? text)
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12");
        string path = $"{Device}/mapping0/{file}";
        _ = text is null ? tree.Without(path) : tree.With(path, text);
        DaxDevice device = new DaxReader(tree.Root).Read("dax0.0")!;
        Assert.Null(device.Blocks);
        Assert.False(device.IsMovableMemory);
    }

    [Fact]
    public void Blocks_tell_their_state_and_only_online_ones_their_zone()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With("sys/devices/system/memory/memory33/state", "offline\n")
                .With("sys/devices/system/memory/memory33/valid_zones", "Movable Normal\n")
            .With("sys/devices/system/memory/memory34/valid_zones", "Normal\n")
            .With("sys/devices/system/memory/memory35/state", "going-offline\n")
            .With("sys/devices/system/memory/memory36/state", "melting\n")
            .Without("sys/devices/system/memory/memory37");
        IReadOnlyList<MemoryBlock> blocks = new DaxReader(tree.Root).Read("dax0.0")!.Blocks!;
        Assert.Equal(
            [
                new(33, MemoryBlockState.Offline, null),
                new(34, MemoryBlockState.Online, "Normal"),
                new(35, MemoryBlockState.GoingOffline, null),
                new(38, MemoryBlockState.Online, "Movable"),
                new(39, MemoryBlockState.Online, "Movable"),
            ],
            blocks);
        Assert.Equal([false, false, false, true, true], blocks.Select(block => block.IsMovable));
    }

    [Theory]
    [InlineData("dax9.9")]
    [InlineData("")]
    [InlineData("../../../bus/dax/devices/dax0.0")]
    public void What_is_no_device_is_not_found(string name) => Assert.Null(new DaxReader(CapturedTree.Of("nvdimm-6.12")).Read(name));

    [Fact]
    public void A_process_that_maps_the_device_uses_it_and_one_that_maps_a_namesake_does_not()
    {
        using CapturedTree tree = CapturedTree.CopyOf("nvdimm-6.12")
            .With("proc/12/maps", "7f0000000000-7f0000200000 rw-s 00000000 00:06 7 /dev/dax0.0\n")
            .With(
                "proc/13/maps",
                "7f0000000000-7f0000200000 rw-s 00000000 00:06 7 /tmp/dev/dax0.0\n7f0000000000-7f0000200000 rw-s 00000000 00:06 7 "
                    + "/dev/dax0.01\n");
        Assert.Equal([12], DaxUsers.Of("dax0.0", tree.Root));
    }
}
