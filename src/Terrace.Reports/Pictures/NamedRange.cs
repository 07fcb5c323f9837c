namespace Terrace.Reports.Pictures;

/// <summary>A range of addresses and what people call it.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Name">For example <c>heap</c> or the name of a file.</param>
internal readonly record struct NamedRange(ulong Start, ulong End, string Name);
