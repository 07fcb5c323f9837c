namespace Terrace.Host.Control;

/// <summary>What the daemon does with the kernel's own tiering.</summary>
internal sealed record KernelStatus
{
    /// <summary>As in the configuration: <c>leave</c> or the name of a mode.</summary>
    public required string Mode { get; init; }

    /// <summary>Settings that it changed and will put back; those that were so already are not among them.</summary>
    public IReadOnlyList<HeldSetting> Held { get; init; } = [];

    /// <summary>Why the kernel could not be set as the configuration wants it; null when it could.</summary>
    public string? Problem { get; init; }
}
