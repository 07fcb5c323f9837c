namespace Terrace.Host.Control;

/// <summary>How a guest is told where its memory lies.</summary>
internal sealed record LayoutStatus
{
    /// <summary>It has asked and is answered.</summary>
    public const string Told = "told";

    /// <summary>It has not asked yet.</summary>
    public const string Waiting = "waiting";

    /// <summary>It cannot be told.</summary>
    public const string Failed = "failed";

    /// <summary>One of the three above.</summary>
    public required string State { get; init; }

    /// <summary>The newest layout that was counted; null before the first look.</summary>
    public long? Generation { get; init; }

    /// <summary>Why it cannot be told; null when it can.</summary>
    public string? Problem { get; init; }
}
