namespace Terrace.Core.Layout;

/// <summary>A run of page frames on one node; of a <see cref="MemoryLayout"/> a run of pages that are, or should be, on it.</summary>
/// <param name="Start">First page frame number.</param>
/// <param name="End">One past the last page frame number.</param>
/// <param name="Node">The node they belong to.</param>
public readonly record struct FrameRange(ulong Start, ulong End, int Node);
