namespace Terrace.Host.Kernel;

/// <summary>One setting that was changed or was so already.</summary>
internal sealed record KernelChangeLine
{
    public required string Name { get; init; }

    public string? Before { get; init; }

    /// <summary>As read back; null when this kernel no longer has it.</summary>
    public string? After { get; init; }
}
