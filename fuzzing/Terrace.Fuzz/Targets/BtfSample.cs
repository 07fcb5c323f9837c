using System.Text;

namespace Terrace.Fuzz.Targets;

/// <summary>Small type information (Documentation/bpf/btf.rst): the kernel's own has some megabytes, too much to fuzz.</summary>
internal static class BtfSample
{
    private const uint Structure = 4u << 24;
    private const uint Union = 5u << 24;
    private const string KernelNames =
        "\0task_struct\0tasks\0pid\0tgid\0mm\0self_exec_id\0mm_struct\0pgd\0pgtables_bytes\0mm_lock_seq\0seqcount\0int\0";

    /// <summary>The structures that Terrace asks for, one in another and behind a typedef.</summary>
    /// <param name="kindFlag">Offsets carry the widths of bit-fields.</param>
    public static byte[] Kernel(bool kindFlag)
    {
        uint flag = kindFlag ? 0x8000_0000 : 0;
        uint width = kindFlag ? 0x0300_0000u : 0;
        return File(
        [
            Name("int"), 1u << 24, 4, 32, // 1: int
            0, 2u << 24, 1, // 2: int *
            Name("seqcount"), flag | Structure | 1, 4, Name("pid"), 1, width, // 3
            Name("seqcount"), 8u << 24, 3, // 4: typedef of 3
            0, flag | Union | 2, 8, Name("pgd"), 1, width, Name("pgtables_bytes"), 1, width, // 5: anonymous union
            0, flag | Structure | 2, 16, Name("pid"), 1, width, 0, 5, 64, // 6: anonymous structure
            Name("mm_struct"), flag | Structure | 2, 24, 0, 6, 0, Name("mm_lock_seq"), 4, 128, // 7
            Name("task_struct"), flag | Structure | 5, 40,
            Name("tasks"), 2, 0, Name("pid"), 1, 64, Name("tgid"), 1, 96, Name("mm"), 2, 128, Name("self_exec_id"), 1, 192, // 8
        ], KernelNames);

        static uint Name(string name) => (uint)KernelNames.IndexOf("\0" + name + "\0", StringComparison.Ordinal) + 1;
    }

    /// <summary>Types of a module, which go on where those of <see cref="Kernel"/> end: 8 types before, and its names.</summary>
    public static byte[] Module()
    {
        uint first = (uint)KernelNames.Length;
        return File([0, Union | 2, 8, first + 4, 1, 0, 1, 1, 0, first, Structure | 2, 16, first, 1, 0, 0, 9, 64], "kvm\0arch\0");
    }

    private static byte[] File(uint[] types, string strings)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write((ushort)0xeB9F);
        writer.Write((ushort)1);
        writer.Write(24);
        writer.Write(0);
        writer.Write(types.Length * 4);
        writer.Write(types.Length * 4);
        writer.Write(strings.Length);
        Array.ForEach(types, writer.Write);
        writer.Write(Encoding.ASCII.GetBytes(strings));
        return stream.ToArray();
    }
}
