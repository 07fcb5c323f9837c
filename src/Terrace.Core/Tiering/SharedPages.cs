namespace Terrace.Core.Tiering;

/// <summary>
/// Pages of fast memory whose heat was reported to the kernel's reclaim, in base pages; in one round, or counted again in each of
/// many.
/// </summary>
public readonly record struct SharedPages
{
    /// <summary>Pages reported as hot.</summary>
    public long Hot { get; init; }

    /// <summary>Pages reported as cold.</summary>
    public long Cold { get; init; }

    /// <summary>The pages of both.</summary>
    public static SharedPages operator +(SharedPages left, SharedPages right) => new()
    {
        Hot = left.Hot + right.Hot,
        Cold = left.Cold + right.Cold,
    };
}
