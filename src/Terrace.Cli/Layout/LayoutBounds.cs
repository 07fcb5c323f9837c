using Terrace.Cli.CommandLine;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>What a layout may speak of.</summary>
/// <param name="Memory">Where there is memory, ascending and not touching.</param>
/// <param name="Nodes">The machine's nodes.</param>
internal sealed record LayoutBounds(IReadOnlyList<PageSpan> Memory, IReadOnlyList<MemoryNode> Nodes)
{
    /// <summary>Those of some memory on a machine.</summary>
    public static LayoutBounds Of(LayoutMemory memory, IMachine machine)
    {
        List<PageSpan> spans = [];
        foreach (PageSpan span in memory.Parts.Select(part => part.Span))
        {
            if (spans.Count > 0 && spans[^1].End == span.Start)
            {
                spans[^1] = spans[^1] with { End = span.End };
            }
            else
            {
                spans.Add(span);
            }
        }

        return new LayoutBounds(spans, machine.Topology.Nodes);
    }

    /// <summary>One past the last page of memory.</summary>
    public ulong End => Memory.Count == 0 ? 0 : Memory[^1].End;

    /// <summary>Pages of memory.</summary>
    public ulong Pages => Memory.Aggregate(0UL, (sum, span) => sum + span.Pages);

    /// <summary>What is wrong with a node as a place for memory; null when nothing is.</summary>
    public Problem? ProblemOf(int node) => NodeChoice.ProblemOf(Nodes, node);

    /// <summary>The parts of a run of pages where there is memory, ascending.</summary>
    public IEnumerable<PageSpan> Within(PageSpan run) =>
        Memory.Where(span => span.Start < run.End && run.Start < span.End)
            .Select(span => new PageSpan(Math.Max(span.Start, run.Start), Math.Min(span.End, run.End)));
}
