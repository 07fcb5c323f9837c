namespace Terrace.Core.Machine;

/// <summary>Moves pages of one process between nodes.</summary>
public interface IPageMigrator
{
    /// <summary>
    /// Moves the pages that hold the given addresses to a node. One address is enough for a huge page.
    /// <paramref name="results"/> has one entry per address. Never throws for what a live system does.
    /// </summary>
    void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results);
}
