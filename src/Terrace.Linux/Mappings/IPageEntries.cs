namespace Terrace.Linux.Mappings;

/// <summary>Tells what /proc/PID/pagemap says of the pages of one address space.</summary>
internal interface IPageEntries
{
    /// <summary>
    /// Fills in the entry of each of a chunk's 512 pages (<see cref="PageEntry"/>); false when they cannot be told now, and
    /// <paramref name="entries"/> means nothing.
    /// </summary>
    bool TryRead(ulong chunk, Span<ulong> entries);
}
