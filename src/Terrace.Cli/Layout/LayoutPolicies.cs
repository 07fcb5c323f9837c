using Terrace.Core.Layout;
using Terrace.Linux.Interop;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>The memory policies of a memory before its layout is changed, and putting them back.</summary>
internal static class LayoutPolicies
{
    /// <summary>
    /// Those of the ranges of a layout, by their first pages: policies that others have set in finer pieces than that are not
    /// seen (of Terrace's own layouts the state file knows).
    /// </summary>
    public static IReadOnlyList<LayoutPolicy> Read(LayoutMemory memory, MemoryLayout layout)
    {
        List<LayoutPolicy> policies = [];
        foreach (LayoutPart part in memory.Parts.Where(part => part.PlacesNewPages))
        {
            foreach (FrameRange range in layout.Within(part.Span.Start, part.Span.End).Ranges)
            {
                MemoryPolicy policy = part.PolicyOf(range.Start) ?? new MemoryPolicy(MemoryPolicy.MPOL_DEFAULT, []);
                if (
                    policies.Count > 0
                        && policies[^1] is var last
                        && last.End == range.Start
                        && range.Start > part.Span.Start
                        && last.Mode == policy.Mode
                        && last.Nodes.SequenceEqual(policy.Nodes))
                {
                    policies[^1] = last with { End = range.End };
                }
                else
                {
                    policies.Add(new LayoutPolicy(range.Start, range.End, policy.Mode, policy.Nodes));
                }
            }
        }

        return policies;
    }

    /// <summary>Puts them back; one that the kernel no longer takes, since its node is gone, gives way to its default.</summary>
    public static void Restore(LayoutMemory memory, IReadOnlyList<LayoutPolicy> policies)
    {
        foreach (LayoutPolicy policy in policies)
        {
            LayoutPart part = memory.Parts.First(part => part.Span.Start <= policy.Start && policy.Start < part.Span.End);
            PageSpan pages = new(policy.Start, policy.End);
            if (part.SetPolicy(pages, new MemoryPolicy(policy.Mode, policy.Nodes)) != 0)
            {
                _ = part.SetPolicy(pages, new MemoryPolicy(MemoryPolicy.MPOL_DEFAULT, []));
            }
        }
    }
}
