using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Standard output or standard error. Unlike the runtime's own it fails when whoever reads it has gone, so that a command does not
/// work on for nobody.
/// </summary>
/// <param name="descriptor">1 or 2.</param>
internal sealed class StandardStream(int descriptor) : Stream
{
    private readonly SafeFileHandle _file = new(descriptor, ownsHandle: false);

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

    /// <exception cref="StandardStreamFailure">It cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int error = DescriptorWriter.WriteAll(_file, buffer);
        if (error != 0)
        {
            throw new StandardStreamFailure(descriptor == 1 ? "standard output" : "standard error", error);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
