namespace Terrace.Cli.Configuration;

/// <summary>What rules can see of a process; null for what it has not.</summary>
internal readonly record struct RuleSubject
{
    public string? Cgroup { get; init; }

    public string? Executable { get; init; }

    public string? Command { get; init; }

    public string? UserName { get; init; }

    public string? UserId { get; init; }

    public string? Unit { get; init; }

    public string? Container { get; init; }

    public string? Pod { get; init; }

    public string? Vm { get; init; }
}
