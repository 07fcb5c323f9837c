using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Layout;
using Terrace.Core.Layout;
using Terrace.Host.Files;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutFileTextTests
{
    [Property]
    public Property What_is_written_is_read_as_the_same_layout() =>
        Prop.ForAll(Gen.Choose(0, 2).NonEmptyListOf().ToArbitrary(), Gen.Choose(1, 700).ToArbitrary(), (nodes, block) =>
        {
            LayoutBounds bounds = LayoutFileTests.Bounds;
            List<FrameRange> ranges = [];
            foreach (PageSpan span in bounds.Memory)
            {
                for (ulong start = span.Start; start < span.End; start += (ulong)block)
                {
                    ranges.Add(new FrameRange(start, Math.Min(start + (ulong)block, span.End), nodes[ranges.Count % nodes.Count]));
                }
            }

            MemoryLayout layout = MemoryLayout.Of(ranges);
            MemoryLayout? read = LayoutFile.Parse(
                "x.yaml",
                LayoutFileText.Of(layout, bounds.Pages, "by a test,\nfor guest: x"),
                bounds,
                out IReadOnlyList<ConfigurationProblem> problems);
            Assert.Empty(problems);
            Assert.Equal(layout.Ranges.ToArray(), read!.Ranges.ToArray());
        });
}
