using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>The lines of a /proc file of any length, read in pieces, again and again, without garbage.</summary>
internal sealed class LineFeed(LinuxFile file) : IDisposable
{
    private byte[] _buffer = new byte[16384];
    private int _start;
    private int _end;
    private long _position;
    private bool _ended;

    /// <summary>0, or the error number that ended the reading.</summary>
    public int Error { get; private set; }

    /// <summary>Begins at the first line.</summary>
    public void Restart()
    {
        _start = _end = 0;
        _position = 0;
        _ended = false;
        Error = 0;
    }

    /// <summary>Takes the next line without its newline; it holds until the next call. False at the end, or at an error.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            Span<byte> text = _buffer.AsSpan(_start, _end - _start);
            int newline = text.IndexOf((byte)'\n');
            if (newline >= 0 || (_ended && !text.IsEmpty))
            {
                line = newline >= 0 ? text[..newline] : text;
                _start += newline >= 0 ? newline + 1 : text.Length;
                return true;
            }

            line = default;
            if (_ended)
            {
                return false;
            }

            text.CopyTo(_buffer);
            (_start, _end) = (0, text.Length);
            if (_end == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int read = file.Read(_position, _buffer.AsSpan(_end));
            if (read < 0)
            {
                Error = -read;
                (_end, _ended) = (0, true);
                return false;
            }

            _position += read;
            _end += read;
            _ended = read == 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
