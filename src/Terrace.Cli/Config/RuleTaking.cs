using Terrace.Linux.Processes;

namespace Terrace.Cli.Config;

/// <summary>A process and the rule that takes it, as <c>terrace config match --json</c> writes it.</summary>
internal sealed record RuleTaking
{
    public int Pid { get; init; }

    public required string Rule { get; init; }

    /// <summary>The share, or that it is left alone.</summary>
    public required string Fast { get; init; }

    public required ProcessIdentity Process { get; init; }
}
