using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// The headers of an ELF64 core file such as /proc/kcore (fs/proc/kcore.c; elf(5)): where memory is in the file, and the
/// notes, among them VMCOREINFO (Documentation/admin-guide/kdump/vmcoreinfo.rst).
/// </summary>
internal sealed class CoreFileHeaders
{
    private const int ElfHeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const uint PT_LOAD = 1;
    private const uint PT_NOTE = 4;

    private CoreFileHeaders(CoreSegment[] segments, long noteOffset, int noteBytes)
    {
        Segments = segments;
        NoteOffset = noteOffset;
        NoteBytes = noteBytes;
    }

    /// <summary>PT_LOAD segments in the order of the file.</summary>
    public CoreSegment[] Segments { get; }

    /// <summary>Where the notes begin.</summary>
    public long NoteOffset { get; }

    /// <summary>Their length.</summary>
    public int NoteBytes { get; }

    /// <summary>
    /// How many bytes of the file's beginning <see cref="TryParse"/> needs, given at least its first 64 bytes; 0 when it is no
    /// ELF64 core.
    /// </summary>
    public static int HeaderBytes(ReadOnlySpan<byte> file)
    {
        // e_ident: magic, ELFCLASS64, little endian; e_type ET_CORE = 4.
        if (
            file.Length < ElfHeaderBytes
                || !file.StartsWith("\u007fELF"u8)
                || file[4] != 2
                || file[5] != 1
                || BinaryPrimitives.ReadUInt16LittleEndian(file[16..]) != 4)
        {
            return 0;
        }

        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(file[54..]);
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        return tableOffset > 1 << 20 || entryBytes != ProgramHeaderBytes ? 0 : (int)tableOffset + (entries * ProgramHeaderBytes);
    }

    /// <summary>Parses the program headers; null when damaged.</summary>
    public static CoreFileHeaders? TryParse(ReadOnlySpan<byte> file)
    {
        int needed = HeaderBytes(file);
        if (needed == 0 || needed > file.Length)
        {
            return null;
        }

        List<CoreSegment> segments = [];
        long noteOffset = 0;
        int noteBytes = 0;
        for (int at = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[32..]); at < needed; at += ProgramHeaderBytes)
        {
            ReadOnlySpan<byte> header = file.Slice(at, ProgramHeaderBytes);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(header);
            long offset = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
            ulong virtualAddress = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
            ulong physical = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            if (type == PT_LOAD && offset >= 0 && bytes > 0 && virtualAddress + bytes - 1 >= virtualAddress)
            {
                segments.Add(new CoreSegment(virtualAddress, physical, bytes, offset));
            }
            else if (type == PT_NOTE && offset >= 0 && bytes < 1 << 20)
            {
                noteOffset = offset;
                noteBytes = (int)bytes;
            }
        }

        return new CoreFileHeaders([.. segments], noteOffset, noteBytes);
    }

    /// <summary>The text of the VMCOREINFO note within the notes; empty when there is none.</summary>
    public static ReadOnlySpan<byte> VmCoreInfo(ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= 12)
        {
            ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(notes[..12]);
            long nameBytes = Align(words[0]);
            long descriptionBytes = Align(words[1]);
            if (12 + nameBytes + descriptionBytes > notes.Length)
            {
                break;
            }

            if (notes.Slice(12, (int)words[0]).StartsWith("VMCOREINFO"u8))
            {
                return notes.Slice(12 + (int)nameBytes, (int)words[1]);
            }

            notes = notes[(int)(12 + nameBytes + descriptionBytes)..];
        }

        return default;
    }

    /// <summary>A line <c>NUMBER(name)=value</c> of VMCOREINFO, or null.</summary>
    public static long? Number(ReadOnlySpan<byte> vmCoreInfo, ReadOnlySpan<byte> name) =>
        Files.KernelText.TryNumber(ValueOf(vmCoreInfo, "NUMBER("u8, name), out long value) ? value : null;

    /// <summary>A line <c>SYMBOL(name)=address</c> of VMCOREINFO, or null.</summary>
    public static ulong? Symbol(ReadOnlySpan<byte> vmCoreInfo, ReadOnlySpan<byte> name) =>
        Files.KernelText.TryHex(ValueOf(vmCoreInfo, "SYMBOL("u8, name), out ulong address) ? address : null;

    // Empty when there is no such line.
    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> vmCoreInfo, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> name)
    {
        while (Files.KernelText.TakeLine(ref vmCoreInfo, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith(kind) && line[kind.Length..].StartsWith(name) && line[(kind.Length + name.Length)..].StartsWith(")="u8))
            {
                return line[(kind.Length + name.Length + 2)..];
            }
        }

        return default;
    }

    private static long Align(uint bytes) => (bytes + 3L) & ~3L;
}
