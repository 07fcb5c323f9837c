using System.Numerics;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Compares the frames that two processes have at the same addresses of a chunk. Kept and used again, so that scanning allocates
/// nothing.
/// </summary>
internal sealed class FrameComparison
{
    private readonly ulong[] _theirs = new ulong[Chunk.Pages];
    private readonly ulong[] _own = new ulong[Chunk.Pages];
    private readonly ulong[] _again = new ulong[Chunk.Pages];

    /// <summary>Reads both processes' frames; false when one cannot be read now.</summary>
    /// <remarks>
    /// The own ones in between: where the other has the same frame before and after, a page that moves meanwhile cannot look like two.
    /// </remarks>
    public bool TryRead(ulong chunk, IFrameLookup own, IFrameLookup theirs) =>
        theirs.TryFramesOf(chunk, _theirs) && own.TryFramesOf(chunk, _own) && theirs.TryFramesOf(chunk, _again);

    /// <summary>
    /// Which of the asked pages from <c>word × 64</c> on are the same in both, or may be, because one is on its way to another frame.
    /// </summary>
    public ulong SameIn(int word, ulong asked)
    {
        ulong same = 0;
        for (ulong left = asked; left != 0; left &= left - 1)
        {
            int bit = BitOperations.TrailingZeroCount(left);
            int page = (word << 6) + bit;
            ulong theirs = _theirs[page];
            same |= (theirs != 0 && theirs == _own[page]) || theirs != _again[page] || _own[page] == 0 ? 1UL << bit : 0;
        }

        return same;
    }
}
