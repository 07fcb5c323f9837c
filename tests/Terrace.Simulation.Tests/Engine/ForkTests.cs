using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>A process that forks a child to write a snapshot: what both have is placed once, by what both do.</summary>
public sealed class ForkTests
{
    private static readonly FastShare s_share = FastShare.OfPages(0.2);

    [Fact]
    public void An_idle_child_counts_for_nothing_and_its_parents_hot_pages_stay()
    {
        using Scenario scenario = new();
        TieringGroup group = new("database") { Share = s_share };
        SimulatedLoad parent = Start(scenario, group);
        scenario.Run(30);
        long moved = scenario.Machine.MovedPages;
        scenario.Engine.Add(parent.Process.Fork(), group);
        scenario.Run(30);
        Assert.InRange(scenario.Machine.MovedPages - moved, 0, Scenario.Pages / 50);
        Assert.InRange(FastShareOf(parent.Process), 0.19, 0.21);
        Assert.True(Scenario.HitRatio(parent, 31, 60) > 0.97 * Scenario.HitRatio(parent, 20, 30));
    }

    [Fact]
    public void What_only_the_child_reads_is_hot_in_its_parent()
    {
        using Scenario scenario = new();
        TieringGroup group = new("database") { Share = s_share };
        SimulatedProcess parent = scenario.Machine.StartProcess("parent");
        SimulatedMapping mapping = parent.Map(Scenario.Pages);
        Assert.True(parent.Populate(mapping));
        SimulatedProcess child = parent.Fork();
        SimulatedLoad reader = scenario.Driver.Add(child, child.Mappings[0], Scenario.Scattered);
        scenario.Engine.Add(parent, group);
        scenario.Engine.Add(child, group);
        scenario.Run(60);
        Assert.Equal(0, child.ResidentPages);
        Assert.InRange(FastShareOf(parent), 0.19, 0.21);
        Assert.InRange(Scenario.HitRatio(reader, 50, 60), 0.88, 1);
    }

    [Fact]
    public void What_the_child_writes_is_its_own_and_is_placed_by_itself()
    {
        using Scenario scenario = new();
        TieringGroup group = new("database") { Share = s_share };
        SimulatedLoad parent = Start(scenario, group);
        SimulatedProcess child = parent.Process.Fork();
        scenario.Engine.Add(child, group);
        for (int page = 0; page < Scenario.Pages / 4; page++)
        {
            Assert.True(child.Write(child.Mappings[0], page));
        }

        scenario.Run(60);
        Assert.Equal(Scenario.Pages / 4, child.ResidentPages);
        Assert.Equal(Scenario.Pages, parent.Process.ResidentPages);
        double fast = parent.Process.PagesOn(0) + child.PagesOn(0);
        Assert.InRange(fast / (parent.Process.ResidentPages + child.ResidentPages), 0.19, 0.21);
        Assert.True(FastShareOf(child) < 0.05, "the copies are cold, and the parent's hot pages are not");
    }

    /// <summary>What the child writes leaves its parent's folio as it is: the copy is a single page.</summary>
    [Fact]
    public void Two_families_with_folios_are_each_placed_once_by_what_parents_and_children_do_and_no_folio_is_split()
    {
        using Scenario scenario = new();
        List<SimulatedLoad> readers = [];
        List<(SimulatedProcess Parent, SimulatedProcess Child)> families = [];
        foreach (int folioPages in (int[])[16, 64])
        {
            TieringGroup group = new($"{folioPages}") { Share = s_share };
            SimulatedProcess parent = scenario.Machine.StartProcess("parent");
            SimulatedMapping mapping = parent.Map(Scenario.Pages / 2, folioPages: folioPages);
            Assert.True(parent.Populate(mapping));
            SimulatedProcess child = parent.Fork();
            for (int page = 0; page < mapping.Pages; page += 100)
            {
                Assert.True(child.Write(child.Mappings[0], page));
                Assert.Equal((page, 1), child.Mappings[0].FolioOf(page));
            }

            Assert.Equal((mapping.Pages + 99) / 100, child.ResidentPages);
            ScatteredHotSet blocks = new(mapping.Pages / folioPages, 0.1, 0.9, seed: 3);
            readers.Add(scenario.Driver.Add(child, child.Mappings[0], new HotFolios(blocks, folioPages), TimeSpan.FromMicroseconds(4)));
            scenario.Engine.Add(parent, group);
            scenario.Engine.Add(child, group);
            families.Add((parent, child));
        }

        scenario.Run(60);
        foreach ((SimulatedProcess parent, SimulatedProcess child) in families)
        {
            double fast = parent.PagesOn(0) + child.PagesOn(0);
            Assert.InRange(fast / (parent.ResidentPages + child.ResidentPages), 0.19, 0.21);
            Assert.Equal((0, 0), (parent.Mappings[0].SplitFolios, child.Mappings[0].SplitFolios));
        }

        Assert.All(readers, reader => Assert.InRange(Scenario.HitRatio(reader, 50, 60), 0.88, 1));
    }

    private static SimulatedLoad Start(Scenario scenario, TieringGroup group)
    {
        SimulatedProcess process = scenario.Machine.StartProcess("parent");
        SimulatedMapping mapping = process.Map(Scenario.Pages);
        Assert.True(process.Populate(mapping));
        scenario.Engine.Add(process, group);
        return scenario.Driver.Add(process, mapping, Scenario.Scattered);
    }

    private static double FastShareOf(SimulatedProcess process) => (double)process.PagesOn(0) / process.ResidentPages;
}
