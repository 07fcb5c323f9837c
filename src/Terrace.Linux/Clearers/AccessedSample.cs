using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Some of the pages that the last read saw accessed, of any size, ascending and spread evenly over the chunks that have any: whether a
/// clear has an effect shows in them.
/// </summary>
internal sealed class AccessedSample
{
    private const int Most = 256;

    private readonly List<ulong> _pages = new(0);
    private int _every = 1;
    private int _chunks;

    /// <summary>Addresses of the pages.</summary>
    public ReadOnlySpan<ulong> Pages => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pages);

    /// <summary>Forgets them.</summary>
    public void Begin()
    {
        _pages.Clear();
        (_every, _chunks) = (1, 0);
    }

    /// <summary>Considers a chunk; they come in ascending order.</summary>
    public void Consider(ulong chunk, in ChunkFacts facts)
    {
        ReadOnlySpan<ulong> accessed = facts.Accessed;

        // Begins elsewhere in each chunk, so that pages at their starts are not preferred.
        for (int i = 0; i < BitPlane.Words; i++)
        {
            int word = (int)((chunk + (ulong)i) % BitPlane.Words);
            if (accessed[word] != 0)
            {
                Add(Chunk.AddressOf(chunk, (word << 6) + BitOperations.TrailingZeroCount(accessed[word])));
                return;
            }
        }
    }

    private void Add(ulong page)
    {
        if (_chunks++ % _every != 0)
        {
            return;
        }

        if (_pages.Count == Most)
        {
            // Every other one goes, and of what follows half as many come.
            for (int i = 0; i < Most / 2; i++)
            {
                _pages[i] = _pages[2 * i];
            }

            _pages.RemoveRange(Most / 2, Most / 2);
            _every *= 2;
        }

        _pages.Add(page);
    }
}
