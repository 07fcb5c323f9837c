using System.Buffers.Binary;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Finds the offsets of structure members in the kernel's own type information (BTF, /sys/kernel/btf/vmlinux;
/// Documentation/bpf/btf.rst), so that no kernel version is hard-coded. Members of anonymous structures and unions are found
/// as C would find them.
/// </summary>
internal sealed class BtfReader
{
    /// <summary>Bytes of a kernel's types, at most: those of distributions have some 6 MB.</summary>
    public const int MostBytes = 64 << 20;

    private const int MaxNesting = 16;

    /// <summary>
    /// Members to look at for one name: far more than the kernel's largest structures have, nested ones included. Damaged types that
    /// contain one another several times would else be looked at for ever.
    /// </summary>
    private const int MaxMembers = 1 << 16;

    /// <summary>No structure of the kernel is nearly as large; what lies further in is damage.</summary>
    private const long MaxStructureBytes = 1 << 20;

    private readonly byte[] _file;
    private readonly BtfReader? _kernel;
    private readonly List<int> _typeOffsets = [];
    private readonly int _firstType;
    private readonly int _firstString;
    private readonly int _strings;
    private readonly int _stringsEnd;

    private BtfReader(byte[] file, int strings, int stringsEnd, BtfReader? kernel)
    {
        _file = file;
        _kernel = kernel;
        if (kernel is null)
        {
            // Type 0 is void.
            _typeOffsets.Add(0);
        }
        else
        {
            _firstType = kernel._typeOffsets.Count;
            _firstString = kernel._stringsEnd - kernel._strings;
        }

        _strings = strings;
        _stringsEnd = stringsEnd;
    }

    // Kinds keep their kernel numbers (include/uapi/linux/btf.h).
    private enum Kind
    {
        Int = 1,
        Ptr = 2,
        Array = 3,
        Struct = 4,
        Union = 5,
        Enum = 6,
        Fwd = 7,
        Typedef = 8,
        Volatile = 9,
        Const = 10,
        Restrict = 11,
        Func = 12,
        FuncProto = 13,
        Var = 14,
        DataSec = 15,
        Float = 16,
        DeclTag = 17,
        TypeTag = 18,
        Enum64 = 19,
    }

    /// <summary>
    /// Indexes the types; null when the data is damaged or has a kind of type that is not known. Those of a module number types
    /// and strings on from those of the
    /// <paramref name="kernel"/> (Documentation/bpf/btf.rst, "split BTF").
    /// </summary>
    public static BtfReader? TryParse(byte[] file, BtfReader? kernel = null)
    {
        if (file.Length < 24 || Word16(file, 0) != 0xeB9F)
        {
            return null;
        }

        // Header: magic, version, flags, header length, then offsets and lengths of types and strings, counted from the header's end.
        long header = Word32(file, 4);
        long types = header + Word32(file, 8);
        long typesEnd = types + Word32(file, 12);
        long strings = header + Word32(file, 16);
        long stringsEnd = strings + Word32(file, 20);
        if (typesEnd > file.Length || stringsEnd > file.Length)
        {
            return null;
        }

        BtfReader reader = new(file, (int)strings, (int)stringsEnd, kernel);
        long at = types;
        while (at + 12 <= typesEnd)
        {
            reader._typeOffsets.Add((int)at);
            long size = TrailingBytes(reader.KindOf((int)at), reader.CountOf((int)at));
            if (size < 0)
            {
                return null;
            }

            at += 12 + size;
        }

        return at == typesEnd ? reader : null;
    }

    /// <summary>The byte offset of a member of a structure, or null when this kernel has no such structure or member.</summary>
    public int? OffsetOf(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> member) =>
        Find(structure, member) is { } found ? (int)(found.Bits / 8) : null;

    /// <summary>True when a member of a structure is itself a structure, or a union.</summary>
    public bool IsStructure(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> member) =>
        Find(structure, member) is { } found && Resolve(found.Type) is not null;

    private (long Bits, uint Type)? Find(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> member)
    {
        // A kernel has some hundred thousand types: they are compared by the place of the name, of which there is one.
        if (NameOffset(structure) is not { } name)
        {
            return null;
        }

        int budget = MaxMembers;
        for (int i = _kernel is null ? 1 : 0; i < _typeOffsets.Count; i++)
        {
            int at = _typeOffsets[i];
            if (Word32(_file, at) == name
                && KindOf(at) == Kind.Struct
                && FindMember(at, member, MaxNesting, ref budget) is { } found)
            {
                return found.Bits / 8 < MaxStructureBytes ? found : null;
            }
        }

        return null;
    }

    private static long TrailingBytes(Kind kind, long count) => kind switch
    {
        Kind.Int or Kind.Var or Kind.DeclTag => 4,
        Kind.Array => 12,
        Kind.Struct or Kind.Union or Kind.DataSec or Kind.Enum64 => count * 12,
        Kind.Enum or Kind.FuncProto => count * 8,
        Kind.Ptr or Kind.Fwd or Kind.Typedef or Kind.Volatile or Kind.Const => 0,
        Kind.Restrict or Kind.Func or Kind.Float or Kind.TypeTag => 0,
        _ => -1,
    };

    private static ushort Word16(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    private static uint Word32(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private (long Bits, uint Type)? FindMember(int structure, ReadOnlySpan<byte> member, int nesting, ref int budget)
    {
        // With the kind flag a member's offset word also holds a bit-field's width in its top byte.
        bool hasWidths = (Word32(_file, structure + 4) & 0x8000_0000) != 0;
        long count = CountOf(structure);
        for (int i = 0; i < count && budget-- > 0; i++)
        {
            int at = structure + 12 + (i * 12);
            if (at + 12 > _file.Length)
            {
                return null;
            }

            uint name = Word32(_file, at);
            uint offset = Word32(_file, at + 8);
            long bits = hasWidths ? offset & 0xff_ffff : offset;
            if (NameIs(name, member))
            {
                return (bits, Word32(_file, at + 4));
            }

            if (
                NameIs(name, default)
                    && nesting > 0
                    && Resolve(Word32(_file, at + 4)) is { } inner
                    && FindMember(inner, member, nesting - 1, ref budget) is { } within)
            {
                return (bits + within.Bits, within.Type);
            }
        }

        return null;
    }

    // Follows typedefs and qualifiers to a structure or union; null for anything else.
    private int? Resolve(uint id)
    {
        // Of a module's structures only members are asked for that are not in a structure of the kernel's own.
        for (int steps = 0; steps < MaxNesting && id != 0 && id >= _firstType && id - _firstType < _typeOffsets.Count; steps++)
        {
            int at = _typeOffsets[(int)id - _firstType];
            switch (KindOf(at))
            {
                case Kind.Struct or Kind.Union:
                    return at;
                case Kind.Typedef or Kind.Const or Kind.Volatile or Kind.Restrict or Kind.TypeTag:
                    id = Word32(_file, at + 8);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private Kind KindOf(int type) => (Kind)((Word32(_file, type + 4) >> 24) & 0x7f);

    private long CountOf(int type) => Word32(_file, type + 4) & 0xff_ffff;

    /// <summary>Where a name is in the table of names, counted as types do; null when it is in none. Each is in it once.</summary>
    private uint? NameOffset(ReadOnlySpan<byte> name)
    {
        if (_kernel?.NameOffset(name) is { } ofKernel)
        {
            return ofKernel;
        }

        ReadOnlySpan<byte> table = _file.AsSpan(_strings, _stringsEnd - _strings);
        for (int from = 0; table[from..].IndexOf(name) is >= 0 and int found; from += found + 1)
        {
            int at = from + found;
            if ((at == 0 || table[at - 1] == 0) && at + name.Length < table.Length && table[at + name.Length] == 0)
            {
                return (uint)(at + _firstString);
            }
        }

        return null;
    }

    private bool NameIs(uint offset, ReadOnlySpan<byte> name)
    {
        if (_kernel is not null && offset < _firstString)
        {
            return _kernel.NameIs(offset, name);
        }

        long at = _strings + (long)offset - _firstString;
        return at + name.Length < _stringsEnd && _file.AsSpan((int)at, name.Length).SequenceEqual(name) && _file[at + name.Length] == 0;
    }
}
