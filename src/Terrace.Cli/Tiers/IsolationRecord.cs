namespace Terrace.Cli.Tiers;

/// <summary>
/// What groups had before <c>isolate</c> changed them; lives in /run like the groups themselves, until <c>--undo</c> or the next
/// boot.
/// </summary>
internal sealed record IsolationRecord
{
    /// <summary>The nodes that groups were kept to, as a list such as <c>0-1</c>.</summary>
    public required string FastNodes { get; init; }

    /// <summary>The cpuset controller was switched on for it.</summary>
    public bool SwitchedOn { get; init; }

    public required IReadOnlyList<IsolationEntry> Groups { get; init; }
}
