namespace Terrace.Linux.Layout;

/// <summary>Where a process has a part of some memory in its address space.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="FirstPage">The number that the first page has in the memory's layout.</param>
public sealed record LayoutMapping(int Pid, ulong Start, ulong End, ulong FirstPage);
