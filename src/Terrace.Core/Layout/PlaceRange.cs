namespace Terrace.Core.Layout;

/// <summary>A run of page frames in one place (see <see cref="Machine.PlaceMap"/>).</summary>
/// <param name="Start">First page frame number.</param>
/// <param name="End">One past the last page frame number.</param>
/// <param name="Place">The place, 0 to 3.</param>
public readonly record struct PlaceRange(ulong Start, ulong End, int Place);
