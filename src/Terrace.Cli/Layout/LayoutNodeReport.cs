namespace Terrace.Cli.Layout;

/// <summary>One node in a <see cref="LayoutReport"/>.</summary>
/// <param name="Node">Its number.</param>
/// <param name="LaidOutPages">Pages that the layout puts there, in memory or not.</param>
/// <param name="InUsePages">Pages of the memory that are there.</param>
/// <param name="ToComePages">Pages in memory that the layout puts there and that are elsewhere.</param>
/// <param name="FreeBytes">What the node has free.</param>
internal sealed record LayoutNodeReport(int Node, long LaidOutPages, long InUsePages, long ToComePages, long FreeBytes);
