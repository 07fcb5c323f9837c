namespace Terrace.Core.Tracking;

/// <summary>Pages of a round by how often they were seen accessed.</summary>
/// <param name="HotPages">Pages accessed in every scan of the round.</param>
/// <param name="TouchedPages">Pages accessed in at least one.</param>
public readonly record struct RoundCount(long HotPages, long TouchedPages);
