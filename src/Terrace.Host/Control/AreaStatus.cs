namespace Terrace.Host.Control;

/// <summary>An area of a process that has a share of its own. Its memory is part of the process's.</summary>
internal sealed record AreaStatus
{
    public required string Name { get; init; }

    public required string Fast { get; init; }

    public long Bytes { get; init; }

    public long FastBytes { get; init; }

    public long BudgetBytes { get; init; }
}
