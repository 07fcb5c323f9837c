namespace Terrace.Core.Machine;

/// <summary>
/// Tells which pages of one process were accessed. Reading and clearing are apart because a round is
/// <c>clear, wait, read, clear, wait, read, …</c>. That the process is gone, or its address space was replaced, is an ordinary outcome.
/// </summary>
public interface IAccessTracker
{
    /// <summary>The tracker's name as the command line gives it, for example <c>page-tables</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Reports every mapped, movable page of the process to <paramref name="sink"/>. When the outcome is not
    /// <see cref="ScanStatus.Complete"/> what the sink was given must be thrown away: it may be of freed page tables.
    /// </summary>
    ScanOutcome Read(IScanSink sink);

    /// <summary>Clears the accessed bits of the process's pages, so that the next read reports only accesses made since.</summary>
    ScanOutcome Clear();

    /// <summary>
    /// Clears the accessed bits of some pages only, which costs the process far less than <see cref="Clear"/> does. The pages are
    /// base pages in ascending order;
    /// those that could not be cleared are taken out of the list.
    /// </summary>
    /// <returns>Pages that are left at the start of the list; 0 where the tracker has no such means.</returns>
    int ClearSome(Span<ulong> pages) => 0;

    /// <summary>
    /// Reports some base pages, in ascending order, whether they are there and were accessed. False when it cannot be told; a
    /// full read says why.
    /// </summary>
    bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => false;

    /// <summary>Pages that the process has in memory, whether managed or not, roughly; 0 when it is not known.</summary>
    long ResidentPages => 0;
}
