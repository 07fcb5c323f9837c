namespace Terrace.Linux.Migration;

/// <summary>A cheaper way than move_pages(2) to tell where the pages of one process are.</summary>
internal interface INodeLookup
{
    /// <summary>
    /// Fills in the node of each page, -1 where there is none or it is not known; false when nothing could be told, and
    /// <paramref name="nodes"/> means nothing.
    /// </summary>
    bool TryNodesOf(ReadOnlySpan<ulong> addresses, Span<int> nodes);
}
