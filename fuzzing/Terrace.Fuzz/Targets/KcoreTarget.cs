using System.Text;
using Terrace.Linux.KernelMemory;

namespace Terrace.Fuzz.Targets;

/// <summary>The headers and notes of the kernel's core file.</summary>
internal sealed class KcoreTarget : IFuzzTarget
{
    private const int HeaderBytes = 64;

    public string Name => "kcore";

    public string Reads => "/proc/kcore: ELF headers, notes, numbers of VMCOREINFO";

    public IReadOnlyList<string> Words => ["VMCOREINFO\0", "NUMBER(pgtable_l5_enabled)=1\n", "NUMBER(sme_mask)=", "CORE\0"];

    public IEnumerable<byte[]> Seeds => [[.. Headers(), .. Notes()], Headers(), [.. Headers()[..HeaderBytes], .. Notes()]];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (CoreFileHeaders.TryParse(input) is { } headers)
        {
            foreach (CoreSegment segment in headers.Segments)
            {
                Expect.That(segment.Bytes > 0);
                Expect.That(segment.Virtual + (segment.Bytes - 1) >= segment.Virtual);
                Expect.That(segment.FileOffset >= 0);
            }

            Expect.That(headers.NoteOffset >= 0);
            Expect.That(headers.NoteBytes >= 0);
        }

        ReadOnlySpan<byte> notes = input[Math.Min(HeaderBytes, input.Length)..];
        ReadOnlySpan<byte> info = CoreFileHeaders.VmCoreInfo(notes);
        Expect.That(info.IsEmpty || notes.Overlaps(info));
        _ = CoreFileHeaders.Number(info, "pgtable_l5_enabled"u8);
        _ = CoreFileHeaders.Number(info, "sme_mask"u8);
    }

    // Notes, linear memory, vmalloc (fs/proc/kcore.c).
    private static byte[] Headers()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write((ushort)4);
        writer.Write((ushort)62);
        writer.Write(1);
        writer.Write(0L);
        writer.Write((long)HeaderBytes);
        writer.Write(0L);
        writer.Write(0);
        Array.ForEach<ushort>([64, 56, 3, 0, 0, 0], writer.Write);
        Segment(4, 0x300, 0, 0, 0x100);
        Segment(1, 0x4000, 0xffff_8880_0000_0000, 0, 0x1000_0000);
        Segment(1, 0x9000, 0xffff_c900_0000_0000, CoreSegment.NoPhysical, 0x1000);
        return stream.ToArray();

        void Segment(int type, long offset, ulong address, ulong physical, ulong bytes)
        {
            writer.Write(type);
            writer.Write(7);
            writer.Write(offset);
            writer.Write(address);
            writer.Write(physical);
            writer.Write(bytes);
            writer.Write(bytes);
            writer.Write(4096L);
        }
    }

    private static byte[] Notes() =>
    [
        .. Note("CORE", "xxxxx"),
        .. Note("VMCOREINFO", "OSRELEASE=6.12\nNUMBER(pgtable_l5_enabled)=1\nNUMBER(sme_mask)=140737488355328\n"),
    ];

    private static byte[] Note(string name, string text)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(name.Length + 1);
        writer.Write(text.Length);
        writer.Write(0);
        writer.Write(Encoding.ASCII.GetBytes(name.PadRight((name.Length + 4) / 4 * 4, '\0')));
        writer.Write(Encoding.ASCII.GetBytes(text.PadRight((text.Length + 3) / 4 * 4, '\0')));
        return stream.ToArray();
    }
}
