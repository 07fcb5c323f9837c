namespace Terrace.Cli.Config;

/// <summary>What a rule says of a process, as <c>terrace config match --pid --json</c> writes it.</summary>
internal sealed record RuleAnswer
{
    public int Pid { get; init; }

    public required string Rule { get; init; }

    /// <summary>The rule takes it; the ones after it are not asked.</summary>
    public bool Taken { get; init; }

    /// <summary>Why not, or what it gets.</summary>
    public required string Because { get; init; }
}
