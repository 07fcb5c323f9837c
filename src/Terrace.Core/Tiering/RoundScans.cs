namespace Terrace.Core.Tiering;

/// <summary>When one round looked at its target.</summary>
public readonly record struct RoundScans
{
    /// <summary>Time between this round's scans.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Pause before the next round.</summary>
    public TimeSpan Rest { get; init; }

    /// <summary>Looks at a sample of slow memory, or at all of it, in the rest before this round.</summary>
    public int Looks { get; init; }

    /// <summary>2-MiB chunks that are so cold that scans need neither clear nor read them; they are looked at now and then.</summary>
    public int ChunksAtRest { get; init; }

    /// <summary>
    /// True when one of them saw more of slow memory in use than usual, and so began this round before its rest was over.
    /// </summary>
    public bool CalledByLook { get; init; }
}
