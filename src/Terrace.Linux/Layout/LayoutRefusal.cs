using Terrace.Core.Units;

namespace Terrace.Linux.Layout;

/// <summary>Why the layout of some memory cannot be changed.</summary>
/// <param name="Reason">What kind of reason.</param>
/// <param name="Problem">What it is, and how to fix it.</param>
public sealed record LayoutRefusal(LayoutRefusalReason Reason, Problem Problem)
{
    /// <summary>One whose problem is given in its two parts.</summary>
    public LayoutRefusal(LayoutRefusalReason reason, string what, string fix)
        : this(reason, new Problem(what, fix))
    {
    }
}
