using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Files;
using YamlDotNet.RepresentationModel;

namespace Terrace.Cli.Layout;

/// <summary>
/// A layout on disk, in YAML or JSON; docs/layout.md lists the keys. What is read is a layout for one machine and one memory: it
/// is checked against both.
/// </summary>
internal sealed class LayoutFile
{
    private const string Page = "docs/layout.md";
    private const int Version = 1;
    private const string ToTheEnd = "end";

    private readonly List<ConfigurationProblem> _problems = [];
    private readonly List<Taken> _taken = [];
    private readonly List<FrameRange> _ranges = [];
    private readonly LayoutBounds _bounds;
    private readonly string _file;

    private LayoutFile(string file, LayoutBounds bounds) => (_file, _bounds) = (file, bounds);

    /// <summary>Reads a file: null, and all that is wrong with it, when it cannot be used.</summary>
    public static MemoryLayout? Load(string path, LayoutBounds bounds, out IReadOnlyList<ConfigurationProblem> problems) =>
        YamlFile.TryLoad(path, "give the path of a layout file; docs/layout.md says how to write one", out YamlNode? root, out problems)
            ? Read(path, root, bounds, out problems)
            : null;

    /// <summary>Reads a text as if it were the file's.</summary>
    public static MemoryLayout? Parse(string path, string text, LayoutBounds bounds, out IReadOnlyList<ConfigurationProblem> problems) =>
        YamlFile.TryParse(path, text, out YamlNode? root, out problems) ? Read(path, root, bounds, out problems) : null;

    private static MemoryLayout? Read(string path, YamlNode? root, LayoutBounds bounds, out IReadOnlyList<ConfigurationProblem> problems)
    {
        LayoutFile file = new(path, bounds);
        file.ReadAll(root ?? new YamlMappingNode());
        problems = [.. file._problems.OrderBy(problem => problem.Line)];
        return problems.Count == 0 ? MemoryLayout.Of(file._ranges) : null;
    }

    private void ReadAll(YamlNode root)
    {
        YamlSection top = new(_file, "", root, _problems, Page);
        top.Read("version", Version, ConfigurationValues.FormatVersion(Version));
        ulong size = top.Read("size", _bounds.Pages, PageText.TryParse);
        if (size != _bounds.Pages)
        {
            top.Report(
                "size",
                $"is {PageText.Format(size)}, but this memory is {PageText.Format(_bounds.Pages)}",
                "use a layout that was made for this memory, or leave the line out");
        }

        List<YamlSection> ranges = [.. top.Sections("ranges")];
        if (ranges.Count == 0 && _problems.Count == 0)
        {
            top.Report("ranges", "there are none", "write for example: ranges: [{ from: 0, to: end, node: 0 }]");
        }

        ulong next = 0;
        foreach (YamlSection range in ranges)
        {
            next = ReadRange(range, next);
        }

        top.RefuseOthers();
    }

    // Where the next range begins unless it says otherwise.
    private ulong ReadRange(YamlSection range, ulong next)
    {
        int before = _problems.Count;
        ulong start = range.Read("from", next, PageText.TryParse);
        ulong end = ReadEnd(range, start);
        IReadOnlyList<int> nodes = ReadNodes(range, out ulong block);
        range.RefuseOthers();
        if (_problems.Count > before)
        {
            return end;
        }

        PageSpan run = new(start, end);
        List<PageSpan> memory = [.. _bounds.Within(run)];
        if (end > _bounds.End)
        {
            range.Report(
                "",
                $"reaches to {PageText.Format(end)}, but this memory ends at {PageText.Format(_bounds.End)}",
                "write 'to: end', or the size that it has");
        }
        else if (memory.Count == 0)
        {
            range.Report(
                "",
                $"there is no memory at {PageText.Format(start)}..{PageText.Format(end)}",
                "see terrace layout show for where there is memory");
        }
        else if (_taken.Find(other => other.Run.Start < end && start < other.Run.End) is { } other)
        {
            range.Report(
                "",
                $"{PageText.Format(start)}..{PageText.Format(end)} overlaps {other.Path} of line {other.Line}, which is "
                    + $"{PageText.Format(other.Run.Start)}..{PageText.Format(other.Run.End)}",
                "give each page to one range only");
        }
        else if (_ranges.Count + memory.Sum(span => ((double)span.Pages / block) + 1) > MemoryLayout.MaxRanges)
        {
            range.Report("block", $"gives too many blocks; a layout has at most {MemoryLayout.MaxRanges}", "use larger blocks");
        }
        else
        {
            _taken.Add(new Taken(run, range.Path, range.Line));
            _ranges.AddRange(MemoryLayout.Stripe(memory, block, nodes).Ranges);
        }

        return end;
    }

    private ulong ReadEnd(YamlSection range, ulong start)
    {
        bool hasSize = range.Has("size");
        if (range.Has("to") == hasSize)
        {
            range.Report(
                hasSize ? "to" : "",
                hasSize ? "and 'size' exclude each other" : "does not say where it ends",
                "write one of 'size: 64MiB', 'to: 128MiB' and 'to: end'");
            return start;
        }

        ulong read = !hasSize && range.IsText("to") && range.Text("to") == ToTheEnd
            ? _bounds.End
            : range.Read(hasSize ? "size" : "to", ulong.MaxValue, PageText.TryParse);
        if (read == ulong.MaxValue)
        {
            return start;
        }

        ulong end = hasSize ? start + read : read;
        if (end <= start)
        {
            range.Report(
                hasSize ? "size" : "to",
                $"ends at {PageText.Format(end)}, which is not after its start at {PageText.Format(start)}",
                "write a later end or an earlier 'from'");
            return start;
        }

        return end;
    }

    private List<int> ReadNodes(YamlSection range, out ulong block)
    {
        block = 1;
        bool striped = range.Has("stripe");

        // Asked for in any case: a key that is known is never reported as unknown, whatever else is wrong.
        bool inBlocks = range.Has("block");
        if (range.Has("node") == striped)
        {
            range.Report(
                striped ? "stripe" : "",
                striped ? "and 'node' exclude each other" : "does not say which node",
                "write one of 'node: 1' and 'stripe: [0, 1]'");
            return [];
        }

        List<int> nodes = [];
        foreach (string word in striped ? range.Words("stripe") : range.Words("node").Take(2))
        {
            Problem? problem = NodeText.TryParse(word, out int node, out Problem? unread) ? _bounds.ProblemOf(node) : unread;
            if (problem is not null)
            {
                range.Report(striped ? "stripe" : "node", problem);
                return [];
            }

            nodes.Add(node);
        }

        if (!striped && nodes.Count > 1)
        {
            range.Report("node", "is a list", "write one node, or 'stripe' in place of 'node'");
        }

        if (striped && !inBlocks)
        {
            range.Report(
                "stripe", "without 'block' does not say how large its blocks are", "add for example 'block: 256 pages' or 'block: 2MiB'");
        }
        else if (!striped && inBlocks)
        {
            range.Report("block", "is for stripes", "leave it out, or write 'stripe' in place of 'node'");
        }
        else if (striped && (block = range.Read("block", 1UL, PageText.TryParse)) == 0)
        {
            range.Report("block", "is 0", "write for example 256 pages");
            block = 1;
        }

        block = striped ? block : ulong.MaxValue;
        return nodes;
    }

    private sealed record Taken(PageSpan Run, string Path, long Line);
}
