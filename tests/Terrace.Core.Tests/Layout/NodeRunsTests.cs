using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Core.Layout;

namespace Terrace.Core.Tests.Layout;

public sealed class NodeRunsTests
{
    [Property]
    public Property Runs_are_as_long_as_they_can_be_and_have_each_page_in_memory_once() =>
        Prop.ForAll(
            Gen.Elements(-1, 0, 0, 0, 1, 2).ArrayOf().ToArbitrary(),
            located =>
            {
                int[] told = [.. located.Select(_ => -1)];
                FrameRange? last = null;
                foreach (FrameRange run in new NodeRuns(1000, located))
                {
                    Assert.True(run.End > run.Start && !(last is { } before && before.End == run.Start && before.Node == run.Node));
                    last = run;
                    for (ulong page = run.Start; page < run.End; page++)
                    {
                        Assert.Equal(-1, told[page - 1000]);
                        told[page - 1000] = run.Node;
                    }
                }

                Assert.Equal(located, told);
            });
}
