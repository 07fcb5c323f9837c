namespace Terrace.Cli.Tiers;

/// <summary>What <c>tiers isolate</c> and its <c>--undo</c> did, as <c>--json</c> writes it.</summary>
internal sealed record IsolationReport
{
    /// <summary>Groups that were set, with what they had and have.</summary>
    public required IReadOnlyList<IsolationChange> Changed { get; init; }

    /// <summary>Groups that were left.</summary>
    public required IReadOnlyList<IsolationSkip> Left { get; init; }

    /// <summary>Processes of the root group, which no cpuset can restrict.</summary>
    public required IReadOnlyList<int> Unrestricted { get; init; }
}
