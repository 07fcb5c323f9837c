using System.Text.Json.Serialization;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Host.Control;

/// <summary>One line that the daemon answers: a result, or what is wrong and how to fix it.</summary>
internal sealed record ControlResponse
{
    public int Version { get; init; } = ControlRequest.ProtocolVersion;

    public bool Ok { get; init; }

    public string? Problem { get; init; }

    /// <summary>How to fix it. On the wire it has the name that protocol 1 gave it.</summary>
    [JsonPropertyName("mend")]
    public string? Fix { get; init; }

    /// <summary>What the command line exits with for the problem.</summary>
    public int ExitCode { get; init; }

    /// <summary>What was done, in words.</summary>
    public string? Done { get; init; }

    /// <summary>What a reload would change, a line for each; only when that was asked for.</summary>
    public IReadOnlyList<string>? Changes { get; init; }

    public DaemonStatus? Status { get; init; }

    public IReadOnlyList<GroupStatus>? Groups { get; init; }

    /// <summary>With groups: managed processes that are left out because they are other users'.</summary>
    public int? NotShown { get; init; }

    public PageExplanation? Page { get; init; }

    public static ControlResponse Failure(int exitCode, Problem problem) =>
        new() { ExitCode = exitCode, Problem = problem.What, Fix = problem.Fix };

    public static ControlResponse Failure(int exitCode, string what, string fix) => Failure(exitCode, new Problem(what, fix));

    public static ControlResponse Success(string done) => new() { Ok = true, Done = done };
}
