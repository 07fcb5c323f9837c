using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Tests.KernelMemory;

public sealed class BtfReaderTests
{
    [Fact]
    public void Members_inside_anonymous_structures_and_unions_are_found_at_their_full_offset()
    {
        BtfReader btf = BtfReader.TryParse(Sample(kindFlag: false))!;
        Assert.Equal(8, btf.OffsetOf("mm_struct"u8, "pgd"u8));
        Assert.Equal(16, btf.OffsetOf("mm_struct"u8, "last"u8));
    }

    [Fact]
    public void Members_that_are_structures_are_told_from_numbers()
    {
        BtfReader btf = BtfReader.TryParse(Sample(kindFlag: false))!;
        Assert.True(btf.IsStructure("mm_struct"u8, ""u8));
        Assert.False(btf.IsStructure("mm_struct"u8, "pgd"u8));
        Assert.False(btf.IsStructure("mm_struct"u8, "none"u8));
    }

    [Fact]
    public void Widths_of_bit_fields_do_not_disturb_offsets() =>
        Assert.Equal(8, BtfReader.TryParse(Sample(kindFlag: true))!.OffsetOf("mm_struct"u8, "pgd"u8));

    [Fact]
    public void What_is_not_there_is_null()
    {
        BtfReader btf = BtfReader.TryParse(Sample(kindFlag: false))!;
        Assert.Null(btf.OffsetOf("mm_struct"u8, "pg"u8));
        Assert.Null(btf.OffsetOf("mm_struct"u8, "pgdx"u8));
        Assert.Null(btf.OffsetOf("mm"u8, "pgd"u8));
    }

    [Fact]
    public void Types_that_contain_one_another_again_and_again_are_given_up()
    {
        // 12 members without a name, each of the structure itself: 12 to the 16th within the nesting that is looked at.
        byte[] strings = [.. "\0mm_struct\0"u8];
        uint[] types = [1, (4u << 24) | 12, 24, .. Enumerable.Repeat<uint[]>([0, 1, 0], 12).SelectMany(member => member)];
        Assert.Null(BtfReader.TryParse(File(types, strings))!.OffsetOf("mm_struct"u8, "pgd"u8));
    }

    [Theory]
    [InlineData(0xffff_ffff)]
    [InlineData(8u << 20)]
    public void What_would_lie_further_in_a_structure_than_any_is_large_is_not_there(uint bits)
    {
        byte[] strings = [.. "\0mm_struct\0pgd\0"u8];
        byte[] file = File([1, (4u << 24) | 1, 24, 11, 0, bits], strings);
        Assert.Null(BtfReader.TryParse(file)!.OffsetOf("mm_struct"u8, "pgd"u8));
    }

    [Fact]
    public void Types_of_a_module_continue_where_the_kernels_end()
    {
        BtfReader kernel = BtfReader.TryParse(Sample(kindFlag: false))!;
        byte[] own = [.. "kvm\0arch\0"u8];
        int first = "\0mm_struct\0first\0pgd\0last\0int\0".Length;

        // 5: anonymous union { int arch; long pgd; }; 6: struct kvm { int first; (5); }, with names of the kernel's too.
        uint[] types =
        [
            0, (5u << 24) | 2, 8, (uint)first + 4, 1, 0, (uint)first - 13, 1, 0,
            (uint)first, (4u << 24) | 2, 16, (uint)first - 19, 1, 0, 0, 5, 64,
        ];
        BtfReader module = BtfReader.TryParse(File(types, own), kernel)!;
        Assert.Equal(8, module.OffsetOf("kvm"u8, "arch"u8));
        Assert.Equal(8, module.OffsetOf("kvm"u8, "pgd"u8));
        Assert.Equal(0, module.OffsetOf("kvm"u8, "first"u8));
        Assert.Null(module.OffsetOf("mm_struct"u8, "pgd"u8));
    }

    [Fact]
    public void This_machines_own_types_are_understood()
    {
        Assert.SkipUnless(System.IO.File.Exists("/sys/kernel/btf/vmlinux"), "this kernel has no type information");
        BtfReader? btf = BtfReader.TryParse(System.IO.File.ReadAllBytes("/sys/kernel/btf/vmlinux"));
        Assert.NotNull(btf);
        KernelLayout? layout = KernelLayout.TryFind(btf);
        Assert.NotNull(layout);
        Assert.Equal(layout.TaskPid + 4, layout.TaskTgid);
        Assert.True(layout.Threads is { TaskSignal: > 0, TaskNode: > 0, SignalHead: > 0 });
    }

    [Fact]
    public void Damaged_data_is_refused_or_finds_nothing_and_never_throws()
    {
        byte[] whole = Sample(kindFlag: false);
        for (int length = 0; length < whole.Length; length++)
        {
            BtfReader.TryParse(whole[..length])?.OffsetOf("mm_struct"u8, "pgd"u8);
        }

        for (int seed = 0; seed < 5000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. whole];
            for (int i = 0; i < 4; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            BtfReader.TryParse(damaged)?.OffsetOf("mm_struct"u8, "pgd"u8);
        }
    }

    /// <summary>
    /// struct mm_struct { struct { int first; union { long pgd; }; }; int last; }, with the union at bit 64 and last at bit 128.
    /// </summary>
    private static byte[] Sample(bool kindFlag)
    {
        byte[] strings = [.. "\0mm_struct\0first\0pgd\0last\0int\0"u8];
        uint flag = kindFlag ? 0x8000_0000 : 0;
        uint width = kindFlag ? 0x0300_0000u : 0;
        uint[] types =
        [
            Name("int"), 1u << 24, 4, 32, // 1: int
            0, flag | (5u << 24) | 1, 8, Name("pgd"), 1, width, // 2: anonymous union
            0, flag | (4u << 24) | 2, 16, Name("first"), 1, width, 0, 2, 64, // 3: anonymous struct
            Name("mm_struct"), flag | (4u << 24) | 2, 24, 0, 3, 0, Name("last"), 1, 128, // 4
        ];
        return File(types, strings);

        uint Name(string name) => (uint)System.Text.Encoding.ASCII.GetString(strings)
            .IndexOf("\0" + name + "\0", StringComparison.Ordinal) + 1;
    }

    private static byte[] File(uint[] types, byte[] strings)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write((ushort)0xeB9F);
        writer.Write((byte)1);
        writer.Write((byte)0);
        writer.Write(24);
        writer.Write(0);
        writer.Write(types.Length * 4);
        writer.Write(types.Length * 4);
        writer.Write(strings.Length);
        foreach (uint word in types)
        {
            writer.Write(word);
        }

        writer.Write(strings);
        return stream.ToArray();
    }
}
