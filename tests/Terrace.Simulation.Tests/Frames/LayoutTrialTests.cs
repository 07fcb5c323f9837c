using Terrace.Core.Layout;
using Terrace.Simulation.Frames;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Frames;

/// <summary>A layout tried out on memory in use, step by step.</summary>
public sealed class LayoutTrialTests
{
    private const int Frames = 32768;
    private static readonly PageSpan[] s_all = [new(0, Frames)];
    private static readonly MemoryLayout s_boot = MemoryLayout.Stripe(s_all, Frames / 2, [0, 1]);
    private static readonly MemoryLayout s_striped = MemoryLayout.Stripe(s_all, 256, [0, 1, 2]);

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(1)]
    public void Every_frame_is_told_for_once_and_ends_on_its_node(double inUse)
    {
        LayoutTrial trial = Try(inUse, seed: 1);
        long changed = MemoryLayout.Diff(s_boot, s_striped).Sum(change => (long)(change.End - change.Start));
        Assert.Equal(Math.Round(Frames * inUse), trial.InUse);
        Assert.Equal((0L, 0L), (trial.InPlace.Copied, trial.InPlace.Never));
        Assert.Equal(changed, trial.InPlace.AtOnce + trial.InPlace.Later);
        Assert.Equal(changed, trial.Hotplug.AtOnce + trial.Hotplug.Never);
        Assert.Equal(changed, trial.Migration.Never);
        Assert.Equal(Frames - trial.InUse, trial.Before.Sum(node => node.Free + node.OnCpus));
        Assert.Equal(Frames - trial.InUse, trial.After.Sum(node => node.Free + node.OnCpus));
        Assert.Equal([(0, 11008L), (1, 11008L), (2, 10752L)], trial.Freed.Select(node => (node.Node, node.Free)));
        Assert.InRange(trial.LongestSlice, 1, FrameAllocator.SliceFrames);
    }

    [Fact]
    public void What_is_in_use_follows_from_the_seed()
    {
        LayoutTrial one = Try(0.3, seed: 5);
        Assert.Equal(one.InPlace, Try(0.3, seed: 5).InPlace);
        Assert.NotEqual(one.InPlace, Try(0.3, seed: 6).InPlace);
    }

    private static LayoutTrial Try(double inUse, ulong seed) => LayoutTrial.Run(s_boot, s_striped, inUse, seed, new SimulatedClock());
}
