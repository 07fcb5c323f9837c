using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Parts of a process that have shares of their own.</summary>
public sealed class AreaTests
{
    private const int Pages = 8192;

    [Theory]
    [InlineData(0.5, 0.1)]
    [InlineData(0.5, 0.9)]
    [InlineData(0.3, 0.3)]
    public void An_area_has_its_share_and_the_rest_of_the_process_what_is_left_of_the_processs(double process, double area)
    {
        using Scenario scenario = new();
        SimulatedLoad load = Start(scenario, process);
        SimulatedMapping other = AddArea(load, area);
        scenario.Run(120);
        Assert.InRange(FastIn(load, other) / (double)Pages, area - 0.01, area + 0.01);
        Assert.InRange(load.Process.PagesOn(0) / (2.0 * Pages), process - 0.01, process + 0.01);
    }

    [Fact]
    public void An_area_cannot_take_more_than_its_process_may_have()
    {
        using Scenario scenario = new();
        SimulatedLoad load = Start(scenario, share: 0.2);
        SimulatedMapping other = AddArea(load, share: 1);
        SimulatedLoad neighbour = Start(scenario, share: 0.5);
        scenario.Run(120);
        Assert.InRange(load.Process.PagesOn(0) / (2.0 * Pages), 0.19, 0.21);
        Assert.InRange(FastIn(load, other) / (0.4 * Pages), 0.97, 1.001);
        Assert.InRange(neighbour.Process.PagesOn(0) / (double)Pages, 0.49, 0.51);
    }

    [Fact]
    public void Each_rounds_report_says_what_the_area_has()
    {
        using Scenario scenario = new();
        SimulatedLoad load = Start(scenario, share: 0.5);
        SimulatedMapping other = AddArea(load, share: 0.25);
        scenario.Run(120);
        AreaReport report = Assert.Single(scenario.Rounds.LastAreas);
        Assert.Equal("other", report.Area.Name);
        Assert.Equal(Pages, report.Pages);
        Assert.Equal(FastIn(load, other), report.FastPages);
        Assert.Equal(Pages / 4, report.BudgetPages);
    }

    private static SimulatedLoad Start(Scenario scenario, double share)
    {
        SimulatedLoad load = scenario.Driver.Start(
            new ScatteredHotSet(Pages, 0.1, 0.9, seed: 7), computeTime: TimeSpan.FromMicroseconds(4));
        scenario.Engine.Add(load.Process, new TieringGroup($"{share}") { Share = FastShare.OfPages(share) });
        return load;
    }

    private static SimulatedMapping AddArea(SimulatedLoad load, double share)
    {
        SimulatedMapping mapping = load.Process.Map(Pages);
        Assert.True(load.Process.Populate(mapping));
        load.Process.SetArea(mapping, new FastArea("other", FastShare.OfPages(share)));
        return mapping;
    }

    private static long FastIn(SimulatedLoad load, SimulatedMapping mapping) =>
        Enumerable.Range(0, Pages).LongCount(page => load.Process.NodeOf(mapping, page) == 0);
}
