using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Guests;

public sealed class GuestMemoryTests
{
    private const ulong Gibibyte = 1UL << 30;
    private const ulong At = 0x7f00_0000_0000;

    [Theory]
    [InlineData("qemu-system-x86_64 -m 512", 512UL << 20, 0UL)]
    [InlineData("qemu-system-x86_64 -M q35 -m 2G", 2 * Gibibyte, 0UL)]
    [InlineData("qemu-system-x86_64 -machine pc-q35-7.2,accel=kvm --m size=524288k,slots=4,maxmem=16G", 512UL << 20, 0UL)]
    [InlineData("qemu-system-x86_64 -nodefaults", 128UL << 20, 0UL)]
    [InlineData("qemu-kvm -m 512", 512UL << 20, null)]
    [InlineData("qemu-system-x86_64 -M q35,max-ram-below-4g=1G -m 512", 512UL << 20, null)]
    [InlineData("qemu-system-aarch64 -M virt -m 512", 512UL << 20, null)]
    public void Memory_of_a_small_machine_begins_at_its_address_0_where_the_machine_is_known(string command, ulong bytes, ulong? guestStart)
    {
        GuestRam ram = Assert.Single(Find(command, Private(At, bytes)));
        Assert.Equal(new GuestRam(At, At + bytes, "", guestStart), ram);
    }

    [Theory]
    [InlineData("qemu-system-x86_64 -M q35 -m 8G", 2UL)]
    [InlineData("qemu-system-x86_64 -M pc -m 8G", 3UL)]
    [InlineData("qemu-system-x86_64 -M pc-i440fx-6.1 -m 8192", 3UL)]
    public void Memory_above_the_hole_begins_at_4_GiB(string command, ulong lowGibibytes)
    {
        IReadOnlyList<GuestRam> ram = Find(command, Private(At, 8 * Gibibyte));
        Assert.Equal(
            [
                new GuestRam(At, At + (lowGibibytes * Gibibyte), "", 0),
                new GuestRam(At + (lowGibibytes * Gibibyte), At + (8 * Gibibyte), "", 4 * Gibibyte),
            ],
            ram);
        Assert.Equal(4 * Gibibyte + 5, GuestMemory.AddressOf(ram, At + (lowGibibytes * Gibibyte) + 5));
        Assert.Null(GuestMemory.AddressOf(ram, At - 1));
    }

    [Theory]
    [InlineData("-m 79228162514264337593543950335T")]
    [InlineData("-m 8388607T")]
    [InlineData("-m 0.0000001b")]
    [InlineData("-object memory-backend-ram,id=a,size=8388607T")]
    [InlineData("""-object {"qom-type":"\ud800","id":"a","size":1}""")]
    [InlineData("""-object {"\udc00":1}""")]
    public void What_no_QEMU_would_take_is_left_out(string command) =>
        Assert.Equal(128L << 20, Assert.Single(QemuMemory.Read($"qemu-system-x86_64 {command}".Split(' ')).Backends).Bytes);

    [Fact]
    public void Libvirts_memfd_is_found_by_kind_and_size()
    {
        // Words as libvirt 9.0 writes them.
        string[] command =
        [
            "/usr/bin/qemu-system-x86_64", "-name", "guest=web1,debug-threads=on",
            "-machine", "pc-q35-7.2,usb=off,memory-backend=pc.ram", "-accel", "kvm", "-m", "1024",
            "-object",
            """{"qom-type":"memory-backend-memfd","id":"pc.ram","share":true"""
                + ""","x-use-canonical-path-for-ramblock-id":false,"size":1073741824}""",
        ];
        IReadOnlyList<GuestRam> ram = GuestMemory.Find(
            command, [Private(At - Gibibyte, Gibibyte), Shared(At, Gibibyte, "/memfd:memory-backend-memfd (deleted)")]);
        Assert.Equal([new GuestRam(At, At + Gibibyte, "pc.ram", 0)], ram);
    }

    [Fact]
    public void Nodes_of_a_guest_follow_one_another_and_memory_that_is_plugged_in_has_no_known_address()
    {
        const string Command = "qemu-system-x86_64 -M q35 -m 3G,maxmem=8G -object memory-backend-ram,id=a,size=1G -object "
            + "memory-backend-file,id=b,size=2G,mem-path=/dev/hugepages,share=on "
            + "-object memory-backend-ram,id=more,size=512M -numa node,memdev=a -numa node,memdev=b -device pc-dimm,memdev=more";
        IReadOnlyList<GuestRam> ram = GuestMemory.Find(
            Command.Split(' '),
            [
                Private(At, Gibibyte),
                Shared(At + (2 * Gibibyte), 2 * Gibibyte, "/dev/hugepages/qemu_back_mem._objects_b.X1 (deleted)", MappingKind.HugeTlb),
                Private(At + (8 * Gibibyte), Gibibyte / 2),
            ]);
        Assert.Equal(
            [
                new GuestRam(At, At + Gibibyte, "a", 0),
                new GuestRam(At + (2 * Gibibyte), At + (3 * Gibibyte), "b", Gibibyte),
                new GuestRam(At + (3 * Gibibyte), At + (4 * Gibibyte), "b", 4 * Gibibyte),
                new GuestRam(At + (8 * Gibibyte), At + (8 * Gibibyte) + (Gibibyte / 2), "more", null),
            ],
            ram);
    }

    [Fact]
    public void Of_pieces_that_are_alike_nobody_says_which_is_which()
    {
        const string Command = "qemu-system-x86_64 -M q35 -m 2G -object memory-backend-ram,id=a,size=1G -object "
            + "memory-backend-ram,id=b,size=1G -numa node,memdev=a -numa node,memdev=b";
        IReadOnlyList<GuestRam> ram = Find(Command, Private(At, Gibibyte), Private(At + (2 * Gibibyte), Gibibyte));
        Assert.Equal([new GuestRam(At, At + Gibibyte, "", null), new GuestRam(At + (2 * Gibibyte), At + (3 * Gibibyte), "", null)], ram);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(",mem-path=", 1)]
    [InlineData(",mem-path=/dev/huge", 0)]
    public void A_mapping_that_fits_two_kinds_of_memory_is_taken_for_neither_and_a_path_of_nothing_fits_nothing(string path, int found)
    {
        string command = "qemu-system-x86_64 -m 1G -object memory-backend-file,id=a,size=1G,share=on,mem-path=/dev/hugepages"
            + $" -object memory-backend-file,id=b,size=1G,share=on{path}";
        Assert.Equal(found, Find(command, Shared(At, Gibibyte, "/dev/hugepages/a (deleted)", MappingKind.HugeTlb)).Count);
    }

    [Fact]
    public void A_mapping_that_was_split_is_still_found_and_one_of_another_size_or_one_too_many_is_not_taken_for_memory()
    {
        const string Command = "qemu-system-x86_64 -m 1G";
        ProcessMapping half = Private(At, Gibibyte / 2);
        Assert.Equal([new GuestRam(At, At + Gibibyte, "", 0)], Find(Command, half, Private(At + (Gibibyte / 2), Gibibyte / 2)));
        Assert.Empty(Find(Command, half, Private(At + (2 * Gibibyte), Gibibyte / 2)));
        Assert.Empty(Find(Command, Private(At, Gibibyte), Private(At + (4 * Gibibyte), Gibibyte)));
        Assert.Empty(Find(Command));
    }

    private static IReadOnlyList<GuestRam> Find(string command, params ProcessMapping[] mappings) =>
        GuestMemory.Find(command.Split(' '), mappings);

    private static ProcessMapping Private(ulong start, ulong bytes) => new(start, start + bytes, "rw-p", MappingKind.Anonymous, "");

    private static ProcessMapping Shared(ulong start, ulong bytes, string name, MappingKind kind = MappingKind.SharedMemory) =>
        new(start, start + bytes, "rw-s", kind, name);
}
