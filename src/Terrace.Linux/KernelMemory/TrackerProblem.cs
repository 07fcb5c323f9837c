using Terrace.Core.Units;

namespace Terrace.Linux.KernelMemory;

/// <summary>Why the page-table tracker cannot work here.</summary>
/// <param name="Reason">What is in the way.</param>
/// <param name="Problem">What it is, and how to fix it.</param>
public sealed record TrackerProblem(TrackerProblemReason Reason, Problem Problem)
{
    /// <summary>One whose problem is given in its two parts.</summary>
    public TrackerProblem(TrackerProblemReason reason, string what, string fix)
        : this(reason, new Problem(what, fix))
    {
    }
}
