using Terrace.Core.Units;

namespace Terrace.Linux;

/// <summary>Why a process could not be attached.</summary>
/// <param name="Reason">What kind of reason.</param>
/// <param name="Problem">What it is, and how to fix it.</param>
public sealed record AttachError(AttachErrorReason Reason, Problem Problem)
{
    /// <summary>One whose problem is given in its two parts.</summary>
    public AttachError(AttachErrorReason reason, string what, string fix)
        : this(reason, new Problem(what, fix))
    {
    }
}
