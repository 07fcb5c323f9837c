using Terrace.Core.Units;

namespace Terrace.Host.Failures;

/// <summary>Ends a command with one line on stderr for each problem: <c>terrace: what — fix</c>.</summary>
internal sealed class CommandFailure : Exception
{
    /// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
    /// <param name="what">What is wrong, in a few words.</param>
    /// <param name="fix">What to do about it.</param>
    public CommandFailure(int exitCode, string what, string fix)
        : this(exitCode, new Problem(what, fix))
    {
    }

    /// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
    /// <param name="problem">What is wrong, and what to do about it.</param>
    /// <param name="others">What is wrong in addition, so that nobody fixes one thing only to see the next.</param>
    public CommandFailure(int exitCode, Problem problem, params IEnumerable<Problem> others)
        : base(problem.What)
    {
        ExitCode = exitCode;
        Problem = problem;
        Problems = [problem, .. others];
    }

    public int ExitCode { get; }

    /// <summary>The first problem.</summary>
    public Problem Problem { get; }

    /// <summary>All of them, one or more.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public override string ToString() => string.Join('\n', Problems.Select(problem => $"terrace: {problem}"));
}
