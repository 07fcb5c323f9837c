namespace Terrace.Cli.Layout;

/// <summary>One range of a layout in a <see cref="LayoutReport"/>.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Node">The node.</param>
internal sealed record LayoutRangeReport(ulong Start, ulong End, int Node);
