using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// The lines of a /proc file of any length, read in pieces, again and again, without garbage. The buffer is this feed's only
/// while it reads: between readings all feeds of a thread share one.
/// </summary>
internal sealed class LineFeed : IDisposable
{
    /// <summary>Sixteen times what the kernel gives of such a file at once.</summary>
    private const int FirstBytes = 65536;

    [ThreadStatic]
    private static byte[]? t_spare;

    private readonly ProcessCalls _calls;
    private readonly LinuxFile? _kept;
    private readonly byte[]? _path;
    private BriefFile _brief;
    private bool _isOpen;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private long _position;
    private bool _ended;

    /// <summary>Reads an open file, which it closes when it is disposed.</summary>
    public LineFeed(LinuxFile file, ProcessCalls? calls = null) => (_kept, _calls) = (file, calls ?? ProcessCalls.Direct);

    /// <summary>
    /// Reads the file at a path, which is open only from the first line of a reading to its end. What is there then is read: for
    /// files that do not pin what they are of.
    /// </summary>
    public LineFeed(string path, ProcessCalls? calls = null) =>
        (_path, _calls) = (BriefFile.PathOf(path), calls ?? ProcessCalls.Direct);

    /// <summary>0, or the error number that ended the reading.</summary>
    public int Error { get; private set; }

    /// <summary>Begins at the first line.</summary>
    public void Restart()
    {
        End();
        _position = 0;
        _ended = false;
        Error = 0;
    }

    /// <summary>Ends a reading before the last line.</summary>
    public void End()
    {
        if (_isOpen)
        {
            _brief.Dispose();
            _isOpen = false;
        }

        if (_buffer is not null)
        {
            // The larger one stays: it grew because some file has long lines.
            t_spare = t_spare is { } spare && spare.Length >= _buffer.Length ? spare : _buffer;
            _buffer = null;
        }

        _start = _end = 0;
        _ended = true;
    }

    /// <summary>Takes the next line without its newline; it holds until the next call. False at the end, or at an error.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_buffer is null)
        {
            if (_ended)
            {
                return false;
            }

            (_buffer, t_spare) = (t_spare ?? new byte[FirstBytes], null);
            if (_path is not null)
            {
                (_brief, _isOpen) = (BriefFile.Adopt(_calls.OpenRead(_path)), true);
            }
        }

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

            if (_ended)
            {
                End();
                return false;
            }

            text.CopyTo(_buffer);
            (_start, _end) = (0, text.Length);
            if (_end == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int read = _brief.Error != 0 ? -_brief.Error
                : _calls.Read(_kept?.Fd ?? _brief.Descriptor, _position, _buffer.AsSpan(_end));
            if (read < 0)
            {
                Error = -read;
                End();
                return false;
            }

            _position += read;
            _end += read;
            _ended = read == 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _kept?.Dispose();
    }
}
