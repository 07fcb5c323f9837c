namespace Terrace.Reports.Pictures;

/// <summary>What a band of a picture shows: a range of addresses, or many small ones together.</summary>
/// <param name="Target">The process, by order of appearance; -1 when they are of several.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Start">First byte; null when there are several.</param>
/// <param name="Bytes">The most that was in memory at a time.</param>
/// <param name="Rows">Its rows in order of address.</param>
internal sealed record PictureRange(int Target, string Name, ulong? Start, long Bytes, IReadOnlyList<int> Rows);
