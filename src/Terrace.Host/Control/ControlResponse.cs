using Terrace.Host.Failures;

namespace Terrace.Host.Control;

/// <summary>One line that the daemon answers: a result, or what is wrong and how to mend it.</summary>
internal sealed record ControlResponse
{
    public int Version { get; init; } = ControlRequest.ProtocolVersion;

    public bool Ok { get; init; }

    public string? Problem { get; init; }

    public string? Mend { get; init; }

    /// <summary>What the command line exits with for the problem.</summary>
    public int ExitCode { get; init; }

    /// <summary>What was done, in words.</summary>
    public string? Done { get; init; }

    public DaemonStatus? Status { get; init; }

    public IReadOnlyList<GroupStatus>? Groups { get; init; }

    public PageExplanation? Page { get; init; }

    public static ControlResponse Failure(int exitCode, string problem, string mend) => new() { ExitCode = exitCode, Problem = problem, Mend = mend };

    public static ControlResponse Success(string done) => new() { Ok = true, Done = done };
}
