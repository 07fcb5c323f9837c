using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Finds symbols in the kernel's own table, in its memory (kernel/kallsyms.c; scripts/kallsyms.c writes it): the kernel takes a hundred
/// times as long to write /proc/kallsyms. Where the table lies VMCOREINFO says since Linux 6.0
/// (Documentation/admin-guide/kdump/vmcoreinfo.rst).
/// </summary>
internal static class KernelSymbolTable
{
    /// <summary>Symbols of a kernel, at most: those of distributions have some 200,000.</summary>
    private const int MostSymbols = 4 << 20;

    private const int Tokens = 256;
    private const int LongestToken = 128;
    private const int PieceBytes = 1 << 16;

    /// <summary>Reads kernel memory at a virtual address; false when it cannot.</summary>
    public delegate bool Reader(ulong address, Span<byte> buffer);

    /// <summary>
    /// The symbols; null where this kernel does not say where its table is, or the table does not agree with what else it says.
    /// </summary>
    /// <param name="vmCoreInfo">What the kernel says of itself.</param>
    /// <param name="read">Reads its memory.</param>
    public static KernelSymbols? TryRead(ReadOnlySpan<byte> vmCoreInfo, Reader read)
    {
        if (CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_names"u8) is not { } names
            || CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_num_syms"u8) is not { } countAt
            || CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_token_table"u8) is not { } tokensAt
            || CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_token_index"u8) is not { } indexAt
            || CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_offsets"u8) is not { } offsets
            || CoreFileHeaders.Symbol(vmCoreInfo, "kallsyms_relative_base"u8) is not { } baseAt
            || CoreFileHeaders.Symbol(vmCoreInfo, "init_uts_ns"u8) is not { } known)
        {
            return null;
        }

        Span<byte> word = stackalloc byte[sizeof(ulong)];
        if (!read(countAt, word[..sizeof(uint)]) || BinaryPrimitives.ReadUInt32LittleEndian(word) is 0 or > MostSymbols)
        {
            return null;
        }

        int count = (int)BinaryPrimitives.ReadUInt32LittleEndian(word);
        if (!read(baseAt, word) || TokenTexts.TryRead(tokensAt, indexAt, read) is not { } tokens)
        {
            return null;
        }

        ulong relativeBase = BinaryPrimitives.ReadUInt64LittleEndian(word);
        Wanted[] wanted = [new("init_task"), new("huge_zero_pfn"), new("init_uts_ns")];
        if (!Find(names, count, tokens, wanted, read))
        {
            return null;
        }

        // Two ways of counting, by CONFIG_KALLSYMS_ABSOLUTE_PERCPU: the right one gives the address that is known already.
        foreach (bool isNegative in (bool[])[true, false])
        {
            if (AddressOf(wanted[2], offsets, relativeBase, isNegative, read) == known)
            {
                return new KernelSymbols(
                    AddressOf(wanted[0], offsets, relativeBase, isNegative, read),
                    AddressOf(wanted[1], offsets, relativeBase, isNegative, read));
            }
        }

        return null;
    }

    /// <summary>Goes through the names, each a length and that many tokens, and notes the numbers of those that are wanted.</summary>
    private static bool Find(ulong names, int count, TokenTexts tokens, Wanted[] wanted, Reader read)
    {
        byte[] piece = new byte[PieceBytes];
        int filled = 0;
        int at = 0;
        for (int number = 0; number < count; number++)
        {
            // The longest name has a length of two bytes.
            if (filled - at < 2 || filled - at < 2 + LengthAt(piece, at).Tokens)
            {
                names += (ulong)at;
                at = 0;
                filled = ReadPiece(names, piece, read);
            }

            if (filled < 2)
            {
                return false;
            }

            (int header, int length) = LengthAt(piece, at);
            if (at + header + length > filled)
            {
                return false;
            }

            ReadOnlySpan<byte> name = piece.AsSpan(at + header, length);
            foreach (Wanted one in wanted)
            {
                one.Number = one.Number < 0 && tokens.Spell(name, one.Name) ? number : one.Number;
            }

            at += header + length;
        }

        return true;
    }

    // The table may end close to the end of what can be read.
    private static int ReadPiece(ulong address, byte[] piece, Reader read)
    {
        for (int bytes = piece.Length; bytes >= 64; bytes /= 2)
        {
            if (read(address, piece.AsSpan(0, bytes)))
            {
                return bytes;
            }
        }

        return 0;
    }

    private static (int Header, int Tokens) LengthAt(byte[] piece, int at) =>
        (piece[at] & 0x80) == 0 ? (1, piece[at]) : (2, (piece[at] & 0x7f) | (piece[at + 1] << 7));

    private static ulong AddressOf(Wanted one, ulong offsets, ulong relativeBase, bool isNegative, Reader read)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        if (one.Number < 0 || !read(offsets + ((ulong)one.Number * sizeof(int)), bytes))
        {
            return 0;
        }

        int offset = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return !isNegative ? relativeBase + (uint)offset : offset >= 0 ? (ulong)offset : relativeBase - 1 - (ulong)(long)offset;
    }

    /// <summary>A symbol that is looked for, and its number in the table once that is known.</summary>
    private sealed class Wanted(string name)
    {
        public byte[] Name { get; } = System.Text.Encoding.ASCII.GetBytes(name);

        public int Number { get; set; } = -1;
    }

    /// <summary>What each token stands for.</summary>
    private sealed class TokenTexts(byte[] texts, ushort[] starts)
    {
        /// <summary>Reads them; null when that is not possible.</summary>
        public static TokenTexts? TryRead(ulong table, ulong index, Reader read)
        {
            ushort[] starts = new ushort[Tokens];
            if (!read(index, MemoryMarshal.AsBytes(starts.AsSpan())))
            {
                return null;
            }

            byte[] texts = new byte[starts[^1] + LongestToken];
            return read(table, texts) ? new TokenTexts(texts, starts) : null;
        }

        /// <summary>True when tokens spell a type, which is one letter, and then a name.</summary>
        public bool Spell(ReadOnlySpan<byte> tokens, ReadOnlySpan<byte> name)
        {
            bool isType = true;
            foreach (byte token in tokens)
            {
                for (int at = starts[token]; at < texts.Length && texts[at] != 0; at++)
                {
                    if (isType)
                    {
                        isType = false;
                        continue;
                    }

                    if (name.IsEmpty || name[0] != texts[at])
                    {
                        return false;
                    }

                    name = name[1..];
                }
            }

            return name.IsEmpty && !isType;
        }
    }
}
