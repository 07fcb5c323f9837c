using System.Buffers.Binary;

namespace Terrace.Cli.Accessed;

/// <summary>Collects bytes, so that few calls write them. What was not flushed when it is let go is not written.</summary>
internal sealed class OutputBuffer(Stream output)
{
    private readonly byte[] _bytes = new byte[64 << 10];
    private int _count;

    /// <summary>Adds one byte.</summary>
    public void Add(byte value) => Take(1)[0] = value;

    /// <summary>Adds some bytes, fewer than fit.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Adds a number, the highest byte first.</summary>
    public void AddBigEndian(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);

    /// <summary>Adds a number, the lowest byte first.</summary>
    public void AddLittleEndian(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>Adds a number, the lowest byte first.</summary>
    public void AddLittleEndian(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    /// <summary>Writes what was added.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Flush()
    {
        int count = _count;
        _count = 0;
        output.Write(_bytes, 0, count);
        output.Flush();
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _count < count)
        {
            Flush();
        }

        _count += count;
        return _bytes.AsSpan(_count - count, count);
    }
}
