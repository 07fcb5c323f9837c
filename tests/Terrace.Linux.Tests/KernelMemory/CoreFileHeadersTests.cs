using System.Text;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Tests.KernelMemory;

public sealed class CoreFileHeadersTests
{
    [Fact]
    public void Segments_and_notes_are_read()
    {
        CoreFileHeaders headers = CoreFileHeaders.TryParse(Sample())!;
        Assert.Equal(
            [
                new CoreSegment(0xffff_8880_0000_0000, 0, 0x1000_0000, 0x4000),
                new CoreSegment(0xffff_c900_0000_0000, CoreSegment.NoPhysical, 0x1000, 0x9000),
            ],
            headers.Segments);
        Assert.Equal(0x300, headers.NoteOffset);
    }

    [Fact]
    public void Numbers_of_the_kernels_crash_notes_are_found()
    {
        byte[] note = Note("CORE", "xxxxx")
            .Concat(Note("VMCOREINFO", "OSRELEASE=6.12\nNUMBER(pgtable_l5_enabled)=1\nNUMBER(sme_mask)=140737488355328\n"))
            .ToArray();
        ReadOnlySpan<byte> info = CoreFileHeaders.VmCoreInfo(note);
        Assert.Equal(1, CoreFileHeaders.Number(info, "pgtable_l5_enabled"u8));
        Assert.Equal(1L << 47, CoreFileHeaders.Number(info, "sme_mask"u8));
        Assert.Null(CoreFileHeaders.Number(info, "sme"u8));
    }

    [Fact]
    public void Damaged_headers_are_refused_and_never_throw()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(CoreFileHeaders.TryParse(whole.AsSpan(0, length)));
        }

        byte[] notes = Note("VMCOREINFO", "NUMBER(x)=1\n");
        for (int seed = 0; seed < 5000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            CoreFileHeaders.TryParse(damaged);
            byte[] damagedNotes = [.. notes];
            damagedNotes[random.Next(damagedNotes.Length)] = (byte)random.Next(256);
            CoreFileHeaders.VmCoreInfo(damagedNotes);
        }
    }

    private static byte[] Note(string name, string text)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(name.Length + 1);
        writer.Write(text.Length);
        writer.Write(0);
        writer.Write(Encoding.ASCII.GetBytes(name.PadRight(((name.Length + 4) / 4 * 4), '\0')));
        writer.Write(Encoding.ASCII.GetBytes(text.PadRight((text.Length + 3) / 4 * 4, '\0')));
        return stream.ToArray();
    }

    private static byte[] Sample()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write((ushort)4);
        writer.Write((ushort)62);
        writer.Write(1);
        writer.Write(0L);
        writer.Write(64L);
        writer.Write(0L);
        writer.Write(0);
        writer.Write((ushort)64);
        writer.Write((ushort)56);
        writer.Write((ushort)3);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        Segment(4, 0x300, 0, 0, 0x100);
        Segment(1, 0x4000, 0xffff_8880_0000_0000, 0, 0x1000_0000);
        Segment(1, 0x9000, 0xffff_c900_0000_0000, ulong.MaxValue, 0x1000);
        return stream.ToArray();

        void Segment(int type, long offset, ulong virtualAddress, ulong physical, ulong bytes)
        {
            writer.Write(type);
            writer.Write(7);
            writer.Write(offset);
            writer.Write(virtualAddress);
            writer.Write(physical);
            writer.Write(bytes);
            writer.Write(bytes);
            writer.Write(4096L);
        }
    }
}
