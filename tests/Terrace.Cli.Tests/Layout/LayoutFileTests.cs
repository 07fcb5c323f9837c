using Terrace.Cli.Layout;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutFileTests
{
    private const ulong MiB = 256;

    /// <summary>128 MiB, and 64 MiB above a hole of 128 MiB; nodes 0 to 2 have memory, node 3 has none.</summary>
    internal static readonly LayoutBounds Bounds = new(
        [new PageSpan(0, 128 * MiB), new PageSpan(256 * MiB, 320 * MiB)],
        [.. Enumerable.Range(0, 4).Select(node => new MemoryNode(node, node == 3 ? 0 : 1 << 30, [], new Dictionary<int, int>()))]);

    [Fact]
    public void A_good_file_is_read_with_all_its_units()
    {
        MemoryLayout layout = Good("""
            version: 1
            size: 192MiB
            ranges:
            - { size: 1MiB, node: 2 }
            - { size: 256 pages, node: 1 }
            - { from: 0x200000, to: 3MiB, node: 0 }
            - { from: 64MiB, size: 2MiB, stripe: [0, 2], block: 128 pages }
            - { from: 127MiB, to: end, node: 1 }
            """);
        Assert.Equal(
            new FrameRange[]
            {
                new(0, MiB, 2), new(MiB, 2 * MiB, 1), new(2 * MiB, 3 * MiB, 0),
                new(
                    64 * MiB,
                    (64 * MiB) + 128,
                    0), new((64 * MiB) + 128, 65 * MiB, 2), new(65 * MiB, (65 * MiB) + 128, 0), new((65 * MiB) + 128, 66 * MiB, 2),
                new(127 * MiB, 128 * MiB, 1), new(256 * MiB, 320 * MiB, 1),
            },
            layout.Ranges.ToArray());
    }

    [Fact]
    public void One_problem_is_one_line()
    {
        using StringWriter said = new();
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => LayoutRun.ReadFile(new CliConsole(TextWriter.Null, said), "/nowhere.yaml", Bounds));
        Assert.Equal((ExitCode.BadConfiguration, ""), (failure.ExitCode, said.ToString()));
        Assert.StartsWith("terrace: /nowhere.yaml: there is no such file — ", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.ToString());
    }

    [Fact]
    public void Json_is_read_too() =>
        Assert.Equal(
            new FrameRange[] { new(0, MiB, 1) },
            Good("""{ "version": 1, "ranges": [ { "from": "0", "size": "1MiB", "node": 1 } ] }""").Ranges.ToArray());

    [Theory]
    [InlineData("ranges: []", "x.yaml:1: ranges: there are none — write for example: ranges: [{ from: 0, to: end, node: 0 }]")]
    [InlineData("", "ranges: there are none")]
    [InlineData("version: 2\nranges: [{ to: end, node: 0 }]",
        "x.yaml:1: version: '2' is no version of this format — write 1, the only one so far")]
    [
        InlineData(
            "size: 1GiB\nranges: [{ to: end, node: 0 }]",
            "x.yaml:1: size: is 1GiB, but this memory is 192MiB — use a layout that was made for this memory, or leave the line out"),
    ]
    [
        InlineData(
            "ranges:\n- { from: 0, size: 1MiB, node: 0 }\n- { from: 512KiB, size: 1MiB, node: 1 }",
            "x.yaml:3: ranges[1]: 512KiB..1536KiB overlaps ranges[0] of line 2, which is 0..1MiB — give each page to one range only"),
    ]
    [
        InlineData(
            "ranges:\n- { from: 1000B, size: 1MiB, node: 0 }",
            "x.yaml:2: ranges[0].from: '1000B' is not a whole number of pages — write a multiple of 4KiB, such as 4KiB"),
    ]
    [InlineData("ranges:\n- { from: 6KiB, size: 1MiB, node: 0 }", "such as 4KiB")]
    [InlineData("ranges:\n- from: 0\n  size: 1MiB\n  node: 7",
        "x.yaml:4: ranges[0].node: there is no node 7 — nodes with memory: 0, 1, 2")]
    [
        InlineData(
            "ranges:\n- { size: 1MiB, stripe: [0, 3], block: 4KiB }",
            "x.yaml:2: ranges[0].stripe: node 3 has no memory — nodes with memory: 0, 1, 2"),
    ]
    [
        InlineData(
            "ranges:\n- { size: 1GiB, node: 0 }",
            "x.yaml:2: ranges[0]: reaches to 1GiB, but this memory ends at 320MiB — write 'to: end', or the size that it has"),
    ]
    [InlineData("ranges:\n- { from: 130MiB, size: 1MiB, node: 0 }", "there is no memory at 130MiB..131MiB — see terrace layout show")]
    [InlineData("ranges:\n- { from: 2MiB, to: 1MiB, node: 0 }", "ranges[0].to: ends at 1MiB, which is not after its start at 2MiB")]
    [InlineData("ranges:\n- { node: 0 }", "does not say where it ends — write one of")]
    [InlineData("ranges:\n- { to: end, size: 1MiB, node: 0 }", "ranges[0].to: and 'size' exclude each other")]
    [InlineData("ranges:\n- { to: end }", "does not say which node")]
    [InlineData("ranges:\n- { to: end, node: 0, stripe: [0, 1], block: 4KiB }", "and 'node' exclude each other")]
    [InlineData("ranges:\n- { to: end, stripe: [0, 1] }", "without 'block' does not say how large its blocks are")]
    [InlineData("ranges:\n- { to: end, node: 0, block: 4KiB }", "ranges[0].block: is for stripes")]
    [InlineData("ranges:\n- { to: end, stripe: [0, 1], block: 0 }", "ranges[0].block: is 0")]
    [InlineData("ranges:\n- { to: end, stripe: [0, 1], block: 10B }", "is not a whole number of pages")]
    [InlineData("ranges:\n- { to: end, stripe: [], block: 1MiB }", "is an empty list")]
    [InlineData("ranges:\n- { to: end, node: [0, 1] }", "ranges[0].node: is a list")]
    [InlineData("ranges:\n- { to: end, node: zero }", "'zero' is not the number of a node — see terrace topology")]
    [InlineData("ranges:\n- { to: end, node: '1; 2' }", "ranges[0].node: '1; 2' is not the number of a node — see terrace topology")]
    [InlineData("ranges:\n- { to: '1; 2', node: 0 }", "ranges[0].to: '1; 2' is not a size — write for example 64MiB")]
    [InlineData("ranges:\n- { to: end, nodes: 0, node: 1 }", "ranges[0].nodes: is not known here — did you mean 'node'?")]
    [InlineData("ranges: 5", "ranges: is not a list")]
    [InlineData("range: [{ to: end, node: 0 }]", "range: is not known here — did you mean 'ranges'?")]
    [InlineData("- 1", "is a list where keys belong")]
    public void What_is_wrong_is_said_with_line_field_and_fix(string text, string said)
    {
        Assert.Null(LayoutFile.Parse("x.yaml", text, Bounds, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Contains(said, string.Join('\n', problems), StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.NotEmpty(problem.Problem.Fix));
    }

    [Theory]
    [InlineData("ranges:\n- { size: 1MiB, stripe: [0, 3], block: 4KiB }")]
    [InlineData("ranges:\n- { to: end, node: 0, stripe: [0, 1], block: 4KiB }")]
    [InlineData("ranges:\n- { to: end, block: 4KiB }")]
    public void One_mistake_is_said_once(string text)
    {
        Assert.Null(LayoutFile.Parse("x.yaml", text, Bounds, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Single(problems);
    }

    [Fact]
    public void More_blocks_than_a_layout_has_are_refused_before_they_are_made()
    {
        LayoutBounds large = Bounds with { Memory = [new PageSpan(0, 1UL << 40)] };
        Assert.Null(
            LayoutFile.Parse(
                "x.yaml", "ranges: [{ to: end, stripe: [0, 1], block: 4KiB }]", large, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Contains("gives too many blocks", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.Null(LayoutFile.Load("/no/such/layout.yaml", Bounds, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Contains("/no/such/layout.yaml: there is no such file — ", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, "0")]
    [InlineData(1UL, "4KiB")]
    [InlineData(256UL, "1MiB")]
    [InlineData(257UL, "1028KiB")]
    [InlineData(1UL << 18, "1GiB")]
    [InlineData(ulong.MaxValue, "73786976294838206460KiB")]
    public void Numbers_of_pages_are_written_exactly_and_read_again(ulong pages, string text)
    {
        Assert.Equal(text, PageText.Format(pages));
        if (pages < 1UL << 40)
        {
            Assert.True(PageText.TryParse(text, out ulong again, out _));
            Assert.Equal(pages, again);
        }
    }

    private static MemoryLayout Good(string text)
    {
        MemoryLayout? layout = LayoutFile.Parse("x.yaml", text, Bounds, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return layout!;
    }
}
