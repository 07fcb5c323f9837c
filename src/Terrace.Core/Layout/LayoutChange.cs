namespace Terrace.Core.Layout;

/// <summary>A run of pages whose node differs from one layout to the other: what is to be transplanted.</summary>
/// <param name="Start">Number of the first page.</param>
/// <param name="End">One past the last page.</param>
/// <param name="From">The node before; -1 where the first layout says nothing of these pages.</param>
/// <param name="To">The node after; -1 where the second layout says nothing of them, so that they stay where they are.</param>
public readonly record struct LayoutChange(ulong Start, ulong End, int From, int To);
