using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Terrace.Host.Metrics;

/// <summary>
/// Writes protobuf's wire format (protobuf.dev/programming-guides/encoding): as much of it as OTLP's metrics need. Fields that
/// are empty or 0 are left out, as proto3 does.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Delimit(field, Encoding.UTF8.GetBytes(value));
        }
    }

    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, Varint);
            Base128(value);
        }
    }

    public void Fixed(int field, ulong value)
    {
        Tag(field, Fixed64);
        Eight(value);
    }

    public void Double(int field, double value) => Fixed(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A list of numbers of eight bytes each, one after the other.</summary>
    public void Packed(int field, IEnumerable<ulong> values)
    {
        ProtobufWriter list = new();
        foreach (ulong value in values)
        {
            list.Eight(value);
        }

        Delimit(field, list.Written.Span);
    }

    /// <summary>A message within this one.</summary>
    public void Message(int field, Action<ProtobufWriter> write)
    {
        ProtobufWriter inner = new();
        write(inner);
        Delimit(field, inner.Written.Span);
    }

    private void Delimit(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, Delimited);
        Base128((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    private void Tag(int field, int wireType) => Base128(((ulong)field << 3) | (uint)wireType);

    private void Base128(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        _bytes.Write([(byte)value]);
    }

    private void Eight(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }
}
