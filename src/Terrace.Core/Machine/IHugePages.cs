using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Makes base pages of huge pages of one process, puts them together again, and clears single ones of their accessed bits. What was
/// asked for may not have been done though the answer was yes: the next scan tells. That the process is gone is an ordinary outcome.
/// </summary>
public interface IHugePages
{
    /// <summary>False where what has been split stays so, unless the kernel puts it together by itself.</summary>
    bool CanJoin { get; }

    /// <summary>
    /// Makes base pages of the huge page of a chunk (<see cref="Chunk.Of"/>). The accessed bits of its pages are then what the huge
    /// page's was, or clear. False when it is not the process's own, or the kernel refuses.
    /// </summary>
    bool Split(ulong chunk);

    /// <summary>
    /// Clears the accessed bits of some huge pages, in ascending order of their chunks, one right after the other. Those that cannot be
    /// cleared are taken out of the list.
    /// </summary>
    /// <returns>Chunks that are left at the start of the list.</returns>
    int Clear(Span<ulong> chunks);

    /// <summary>Makes one huge page of a chunk's pages, on the node that has most of them; false when that cannot be.</summary>
    bool Join(ulong chunk);
}
