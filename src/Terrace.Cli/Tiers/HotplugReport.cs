namespace Terrace.Cli.Tiers;

/// <summary>What <c>tiers online</c> and <c>tiers offline</c> did, as <c>--json</c> writes it.</summary>
internal sealed record HotplugReport
{
    public required IReadOnlyList<DaxReport> Devices { get; init; }

    /// <summary>Something was done; false when all was so already.</summary>
    public bool Changed { get; init; }

    /// <summary>The file of daxctl's configuration that was written or removed; null for none.</summary>
    public string? PersistFile { get; init; }
}
