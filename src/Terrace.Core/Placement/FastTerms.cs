namespace Terrace.Core.Placement;

/// <summary>On what terms a target takes part when fast memory is shared out.</summary>
public sealed record FastTerms
{
    /// <summary>What a target has that nothing is said of.</summary>
    public static FastTerms Standard { get; } = new();

    /// <summary>
    /// Pages that are its own whenever it has a use for them: those it does not use are lent to others. Best-effort targets have
    /// none.
    /// </summary>
    public long MinPages { get; init; }

    /// <summary>Pages that it never exceeds.</summary>
    public long MaxPages { get; init; } = long.MaxValue;

    /// <summary>How much of what is short it gets compared with others of its priority, 1 and up.</summary>
    public int Weight { get; init; } = 100;

    /// <summary>Higher ones are served first, after everybody's minimum.</summary>
    public int Priority { get; init; }

    /// <summary>Served after all that are not, whatever the priority.</summary>
    public bool IsBestEffort { get; init; }
}
