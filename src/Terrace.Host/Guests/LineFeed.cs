namespace Terrace.Host.Guests;

/// <summary>
/// Cuts what comes over a channel into lines. What is longer than a line may be is dropped to its end, and memory for it is
/// bounded.
/// </summary>
internal sealed class LineFeed(int maxBytes)
{
    private byte[] _bytes = new byte[Math.Min(maxBytes, 4096)];
    private int _length;
    private int _taken;
    private bool _skips;

    /// <summary>Lines that were too long.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes in what came. Whole lines are to be taken before more is added.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Compact();
        if (_skips)
        {
            int end = bytes.IndexOf((byte)'\n');
            _skips = end < 0;
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }

        // Of a line that is too long what came so far is dropped, and what comes until its end.
        int first = bytes.IndexOf((byte)'\n');
        if (_length + (first < 0 ? bytes.Length : first) > maxBytes)
        {
            Dropped++;
            _length = 0;
            _skips = first < 0;
            bytes = first < 0 ? default : bytes[(first + 1)..];
        }

        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Takes the next whole line, without its end; it is valid until something is added. False when there is none.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        int end = _bytes.AsSpan(_taken, _length - _taken).IndexOf((byte)'\n');
        line = end < 0 ? default : _bytes.AsSpan(_taken, end);
        _taken += end + 1;
        return end >= 0;
    }

    /// <summary>Forgets what came of a line that has not ended.</summary>
    public void Clear() => (_length, _taken, _skips) = (0, 0, false);

    private void Compact()
    {
        _bytes.AsSpan(_taken, _length - _taken).CopyTo(_bytes);
        _length -= _taken;
        _taken = 0;
    }
}
