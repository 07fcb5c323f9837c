using System.Text;
using Terrace.Cli.Layout;
using Terrace.Core.Layout;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Fuzz.Targets;

/// <summary>Layouts that people write: files, ranges on the command line, and the form in state files.</summary>
internal sealed class LayoutFileTarget : IFuzzTarget
{
    // Two spans of memory with a hole between them.
    private static readonly LayoutBounds s_bounds =
        new([new PageSpan(0, 0x4000), new PageSpan(0x10_0000, 0x10_4000)], SampleMachine.Topology.Nodes);

    public string Name => "layout-file";

    public string Reads => "layout files, ranges, pages, nodes";

    public IReadOnlyList<string> Words =>
    [
        "version: 1\n", "size: ", "ranges:\n", "  - { from: ", ", to: end", ", node: 0 }\n", ", node: 1 }\n", "nodes: [0, 1]",
        "block: 2MiB", "64MiB",
        "256 pages", "0x100000", "0..64MiB=1", "64MiB..end=0", "0-256=0 256-512=1", "end", "&a ", "*a",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        "version: 1\nranges:\n  - { from: 0, to: 32MiB, node: 0 }\n  - { to: end, nodes: [0, 1], block: 2MiB }\n",
        """{"size":"128MiB","ranges":[{"from":"0","size":"64MiB","node":1}]}""",
        "0..32MiB=1",
        "0-256=0 256-512=1",
        "256 pages");

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        MemoryLayout? layout = LayoutFile.Parse("layout.yaml", text, s_bounds, out IReadOnlyList<ConfigurationProblem> problems);
        Expect.That(layout is null == problems.Count > 0);
        Check(layout);
        try
        {
            Check(RangeText.Read([text], s_bounds));
        }
        catch (CommandFailure)
        {
            // Refused, with a reason.
        }

        try
        {
            MemoryLayout kept = LayoutRanges.Read(text);
            Expect.That(LayoutRanges.Read(LayoutRanges.Write(kept)).Ranges.SequenceEqual(kept.Ranges));
        }
        catch (InvalidDataException)
        {
            // No state file of Terrace's.
        }

        if (PageText.TryParse(text, out ulong pages, out _))
        {
            Expect.That(PageText.TryParse(PageText.Format(pages), out ulong again, out _));
            Expect.That(again == pages);
        }

        Expect.That(!NodeText.TryParseList(text, out IReadOnlyList<int> nodes, out _) || nodes.All(node => node >= 0));
    }

    private static void Check(MemoryLayout? layout)
    {
        ulong end = 0;
        foreach (FrameRange range in layout is null ? default : layout.Ranges)
        {
            Expect.That(range.Start >= end);
            Expect.That(range.End > range.Start);
            Expect.That(range.End <= s_bounds.End);
            Expect.That(range.Node is 0 or 1);
            end = range.End;
        }
    }
}
