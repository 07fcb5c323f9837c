namespace Terrace.Cli.Scan;

/// <summary>One tier's part of a process.</summary>
/// <param name="Tier">0 is the fastest.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="Pages">The process's pages there.</param>
/// <param name="HotPages">Those accessed in every scan.</param>
/// <param name="ColdPages">Those accessed in none.</param>
internal sealed record ScanTier(int Tier, IReadOnlyList<int> Nodes, long Pages, long HotPages, long ColdPages);
