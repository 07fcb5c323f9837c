using System.Numerics;

namespace Terrace.Linux.SecondLevel;

/// <summary>
/// Marks on page frames of the machine: 32 MiB a TiB of memory, made when first needed. Taking all marks off costs as much as
/// there are.
/// </summary>
internal sealed class FrameMarks
{
    private ulong[] _words = [];
    private int[] _marked = new int[1024];
    private int _count;

    /// <summary>True when no frame is marked.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>How many frames are marked.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int i = 0; i < _count; i++)
            {
                count += BitOperations.PopCount(_words[_marked[i]]);
            }

            return count;
        }
    }

    /// <summary>Makes room for frames below <paramref name="end"/>.</summary>
    public void Reserve(ulong end)
    {
        int words = (int)((end + 63) / 64);
        if (_words.Length < words)
        {
            Array.Resize(ref _words, words);
        }
    }

    /// <summary>Marks frames; those that there is no room for are no memory.</summary>
    public void Mark(ulong first, ulong count)
    {
        ulong end = (ulong)_words.Length * 64;
        for (ulong frame = first; frame < first + count && frame < end;)
        {
            int word = (int)(frame >> 6);
            int from = (int)(frame & 63);
            int bits = (int)Math.Min(64 - (ulong)from, first + count - frame);
            if (_words[word] == 0)
            {
                if (_count == _marked.Length)
                {
                    Array.Resize(ref _marked, _count * 2);
                }

                _marked[_count++] = word;
            }

            _words[word] |= (ulong.MaxValue >> (64 - bits)) << from;
            frame += (ulong)bits;
        }
    }

    /// <summary>True when a frame is marked.</summary>
    public bool Has(ulong frame) => frame >> 6 < (ulong)_words.Length && (_words[frame >> 6] >> (int)(frame & 63) & 1) != 0;

    /// <summary>True when one of the 512 frames from <paramref name="first"/> on is.</summary>
    public bool HasInHugePage(ulong first)
    {
        ulong word = first >> 6;
        return word + 8 <= (ulong)_words.Length && _words.AsSpan((int)word, 8).ContainsAnyExcept(0UL);
    }

    /// <summary>Takes all marks off.</summary>
    public void Clear()
    {
        for (int i = 0; i < _count; i++)
        {
            _words[_marked[i]] = 0;
        }

        _count = 0;
    }
}
