using Terrace.Core.Units;

namespace Terrace.Host.Failures;

/// <summary>Ends a command with one line on stderr: <c>terrace: what — fix</c>.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="problem">What is wrong, and what to do about it.</param>
internal sealed class CommandFailure(int exitCode, Problem problem) : Exception(problem.What)
{
    /// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
    /// <param name="what">What is wrong, in a few words.</param>
    /// <param name="fix">What to do about it.</param>
    public CommandFailure(int exitCode, string what, string fix)
        : this(exitCode, new Problem(what, fix))
    {
    }

    public int ExitCode { get; } = exitCode;

    public Problem Problem { get; } = problem;

    public override string ToString() => $"terrace: {Problem}";
}
