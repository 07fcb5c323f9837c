using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Layout;

/// <summary>Ranges on a command line: <c>0..64MiB=1</c>, <c>64MiB..end=2</c>.</summary>
internal static class RangeText
{
    /// <summary>Reads them as one layout.</summary>
    /// <exception cref="CommandFailure">One makes no sense, lies outside the memory, or overlaps another.</exception>
    public static MemoryLayout Read(IReadOnlyList<string> texts, LayoutBounds bounds)
    {
        List<(PageSpan Run, string Text)> taken = [];
        List<FrameRange> ranges = [];
        foreach (string text in texts)
        {
            PageSpan run = ReadOne(text, bounds, out int node);
            if (taken.FindIndex(other => other.Run.Start < run.End && run.Start < other.Run.End) is >= 0 and var at)
            {
                throw new CommandFailure(ExitCode.Usage, $"'{text}' overlaps '{taken[at].Text}'", "give each page to one range only");
            }

            taken.Add((run, text));
            ranges.AddRange(bounds.Within(run).Select(span => new FrameRange(span.Start, span.End, node)));
        }

        return MemoryLayout.Of(ranges);
    }

    private static PageSpan ReadOne(string text, LayoutBounds bounds, out int node)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        int equals = text.LastIndexOf('=');
        if (dots < 0 || equals < dots)
        {
            throw new CommandFailure(ExitCode.Usage, $"'{text}' is not FROM..TO=NODE", "write for example 0..64MiB=1 or 64MiB..end=2");
        }

        ulong start = 0;
        string last = text[(dots + 2)..equals];
        ulong end = bounds.End;
        bool read = NodeText.TryParse(text[(equals + 1)..], out node, out Problem? problem)
            && PageText.TryParse(text[..dots], out start, out problem)
            && (last == "end" || PageText.TryParse(last, out end, out problem));
        problem = !read ? problem
            : bounds.ProblemOf(node) is { } unsuitable ? unsuitable
            : end <= start ? new Problem("ends before it begins", "write the lower place first")
            : end > bounds.End ? new Problem($"reaches beyond the memory, which ends at {PageText.Format(bounds.End)}", "write 'end'")
            : !bounds.Within(new PageSpan(start, end)).Any() ? new Problem("is where there is no memory", "see terrace layout show") : null;
        return problem is null ? new PageSpan(start, end) : throw new CommandFailure(ExitCode.Usage, problem.At($"'{text}'"));
    }
}
