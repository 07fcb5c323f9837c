namespace Terrace.Core.Machine;

/// <summary>Moves pages of one process between nodes.</summary>
public interface IPageMigrator
{
    /// <summary>
    /// Moves the pages that hold the given addresses to a node. One address is enough for a huge page.
    /// <paramref name="results"/> has one entry per address. Never throws for what a live system does.
    /// </summary>
    void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results);

    /// <summary>
    /// The same where some of the addresses are the first pages of folios (<see cref="FolioRuns"/>), all of which move with them.
    /// </summary>
    /// <param name="addresses">Addresses of pages.</param>
    /// <param name="counts">How many pages from the address on are meant to move with it.</param>
    /// <param name="targetNode">Where to.</param>
    /// <param name="results">What became of the page at the address.</param>
    /// <param name="arrived">
    /// How many of its pages are where they should be: fewer than all when the folio had been split meanwhile and some could not move.
    /// </param>
    void MoveFolios(
        ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, int targetNode, Span<MoveResult> results, Span<ushort> arrived)
    {
        Move(addresses, targetNode, results);
        for (int i = 0; i < addresses.Length; i++)
        {
            arrived[i] = results[i] is MoveResult.Moved or MoveResult.AlreadyThere ? counts[i] : (ushort)0;
        }
    }
}
