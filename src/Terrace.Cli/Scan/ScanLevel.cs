namespace Terrace.Cli.Scan;

/// <summary>Pages of one heat.</summary>
/// <param name="Heat">Scans that saw them accessed.</param>
/// <param name="PagesByTier">How many, by tier.</param>
internal sealed record ScanLevel(int Heat, IReadOnlyList<long> PagesByTier);
