using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>A program that says of all its memory that it is hot gets its share and no more, and takes nothing from others.</summary>
public sealed class PinnedPagesTests
{
    private const int Pages = 8192;

    [Fact]
    public void All_pages_pinned_are_no_more_than_the_share()
    {
        using Scenario scenario = new();
        SimulatedLoad pinned = Start(scenario, 0.3, pin: true);
        SimulatedLoad neighbour = Start(scenario, 0.5, pin: false);
        scenario.Run(90);
        Assert.InRange(FastShare(pinned), 0.29, 0.31);
        Assert.InRange(FastShare(neighbour), 0.49, 0.51);
        Assert.InRange(Scenario.HitRatio(neighbour, 60, 90), 0.9, 1);
    }

    [Fact]
    public void When_fast_memory_is_short_pinned_pages_weigh_no_more_than_others()
    {
        using Scenario scenario = new(
            change: spec => spec with { Nodes = [spec.Nodes[0] with { CapacityBytes = 6144L * Machines.PageBytes }, spec.Nodes[1]] });
        SimulatedLoad pinned = Start(scenario, 0.6, pin: true);
        SimulatedLoad neighbour = Start(scenario, 0.6, pin: false);
        scenario.Run(120);
        Assert.InRange(FastShare(pinned), FastShare(neighbour) - 0.02, FastShare(neighbour) + 0.02);
        Assert.InRange(FastShare(neighbour), 0.33, 0.375);
    }

    private static SimulatedLoad Start(Scenario scenario, double share, bool pin)
    {
        SimulatedLoad load = scenario.Driver.Start(
            new ScatteredHotSet(Pages, 0.1, 0.9, seed: 7), computeTime: TimeSpan.FromMicroseconds(4));
        scenario.Engine.Add(
            pin ? new Pinned(load.Process) : load.Process,
            new TieringGroup(pin ? "pinned" : "neighbour") { Share = Core.Units.FastShare.OfPages(share) });
        return load;
    }

    private static double FastShare(SimulatedLoad load) => load.Process.PagesOn(0) / (double)Pages;

    /// <summary>A process whose every page is to be treated as hot: each looks accessed in every scan.</summary>
    private sealed class Pinned(IManagedProcess inner) : IManagedProcess, IAccessTracker
    {
        public int Pid => inner.Pid;

        public string Name => inner.Tracker.Name;

        public IAccessTracker Tracker => this;

        public IAccessClearer Clearer => inner.Clearer;

        public IPageMigrator Migrator => inner.Migrator;

        public ScanOutcome Read(IScanSink sink) => inner.Tracker.Read(new AllAccessed(sink));

        public void Dispose() => inner.Dispose();
    }

    private sealed class AllAccessed(IScanSink inner) : IScanSink
    {
        public void Record(ulong chunk, in ChunkFacts facts)
        {
            ChunkFacts changed = facts;
            changed.Accessed = facts.Present;
            inner.Record(chunk, in changed);
        }
    }
}
