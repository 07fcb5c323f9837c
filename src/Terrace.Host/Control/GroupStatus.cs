namespace Terrace.Host.Control;

/// <summary>A group of processes with one claim on fast memory.</summary>
internal sealed record GroupStatus
{
    public required string Name { get; init; }

    public required string Rule { get; init; }

    /// <summary>Its share as it holds.</summary>
    public required string Fast { get; init; }

    /// <summary>The rule's share, when another was set.</summary>
    public string? FastByRule { get; init; }

    public bool Paused { get; init; }

    public long Bytes { get; init; }

    public long FastBytes { get; init; }

    /// <summary>Fast memory that it may have now.</summary>
    public long BudgetBytes { get; init; }

    public IReadOnlyList<TargetStatus> Processes { get; init; } = [];

    /// <summary>The kernel's own account of the control groups of these processes, where it keeps one.</summary>
    public IReadOnlyList<CgroupStatus> Cgroups { get; init; } = [];
}
