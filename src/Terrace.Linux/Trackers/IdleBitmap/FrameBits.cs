namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>
/// One bit for each page frame of the machine, in the layout of page_idle/bitmap: bit <c>frame % 64</c> of word <c>frame /
/// 64</c>.
/// </summary>
internal sealed class FrameBits
{
    private ulong[] _words = [];

    /// <summary>All words.</summary>
    public Span<ulong> Words => _words;

    /// <summary>Makes room for frames below <paramref name="end"/>.</summary>
    public void Reserve(ulong end)
    {
        int words = (int)((end + 63) / 64);
        if (_words.Length < words)
        {
            Array.Resize(ref _words, words);
        }
    }

    public void Set(ulong frame) => _words[frame >> 6] |= 1UL << (int)(frame & 63);

    public bool Has(ulong frame) => (_words[frame >> 6] & (1UL << (int)(frame & 63))) != 0;

    /// <summary>
    /// The next run of words that are not zero, at or after <paramref name="from"/>; gaps of a few zero words count as part of a run,
    /// because one longer call costs less than two. False when there is none.
    /// </summary>
    public bool NextRun(int from, out Range run)
    {
        const int MaxGap = 16;
        int start = _words.AsSpan(from).IndexOfAnyExcept(0UL);
        if (start < 0)
        {
            run = default;
            return false;
        }

        start += from;
        int end = start + 1;
        while (end < _words.Length)
        {
            int next = _words.AsSpan(end, Math.Min(MaxGap, _words.Length - end)).IndexOfAnyExcept(0UL);
            if (next < 0)
            {
                break;
            }

            end += next + 1;
        }

        run = start..end;
        return true;
    }
}
