using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Interop;

namespace Terrace.Host.Files;

/// <summary>Writes to an open descriptor as it is: a pipe, a terminal, or a file at the position that whoever opened it left.</summary>
internal class DescriptorStream(SafeFileHandle file) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="IOException">It cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int error = DescriptorWriter.WriteAll(file, buffer);
        if (error != 0)
        {
            throw FailureOf(error);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>What is thrown for an error number.</summary>
    protected virtual IOException FailureOf(int errno) => new(ErrorWords.Of(errno), errno);
}
