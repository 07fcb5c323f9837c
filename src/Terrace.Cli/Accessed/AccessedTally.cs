namespace Terrace.Cli.Accessed;

/// <summary>What one scan saw, in base pages. A huge page counts as its 512.</summary>
/// <param name="Accessed">Pages that were accessed.</param>
/// <param name="Idle">Pages that were not.</param>
/// <param name="Holes">Pages that are not there, or not managed, in chunks (2 MiB) that have others.</param>
/// <param name="Huge">Of the pages that are there, those of huge pages.</param>
internal readonly record struct AccessedTally(long Accessed, long Idle, long Holes, long Huge)
{
    /// <summary>Adds two of them.</summary>
    public static AccessedTally operator +(AccessedTally one, AccessedTally other) =>
        new(one.Accessed + other.Accessed, one.Idle + other.Idle, one.Holes + other.Holes, one.Huge + other.Huge);
}
