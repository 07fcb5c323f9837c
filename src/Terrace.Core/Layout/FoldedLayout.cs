namespace Terrace.Core.Layout;

/// <summary>Where pages are, told block by block (<see cref="LayoutFold"/>).</summary>
/// <param name="BlockPages">Pages of a block, a power of two; 1 when every page is told.</param>
/// <param name="Ranges">Runs of blocks on one node, ascending. A block in which no page is in memory is in none.</param>
/// <param name="InUsePages">Pages in memory.</param>
/// <param name="ElsewherePages">Pages in memory that are on another node than their block is said to be.</param>
/// <param name="PagesOf">Pages in memory by node, every page counted.</param>
public sealed record FoldedLayout(
    ulong BlockPages, IReadOnlyList<FrameRange> Ranges, ulong InUsePages, ulong ElsewherePages, IReadOnlyDictionary<int, ulong> PagesOf);
