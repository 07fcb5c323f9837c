using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Folios of 16 KiB to 1 MiB: what moves one of their pages moves all.</summary>
public sealed class FolioTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(256)]
    public void Hot_folios_get_into_fast_memory_and_no_more_moves_than_must(int folioPages)
    {
        using Scenario scenario = new();
        SimulatedLoad load = Manage(scenario, folioPages, 0.2);
        long before = load.Process.PagesOn(0);
        scenario.Run(60);
        long budget = (long)(0.2 * load.Workload.Pages);
        Assert.InRange(load.Samples[^1].FastShare, 0.198, 0.202);
        Assert.InRange(Scenario.HitRatio(load, 40, 60) / load.Workload.OracleHitRatio(budget), 0.97, 1);

        // What lay above the budget had to go down, and for each hot page below one more up and down.
        long misplaced = HotPagesBelow(load);
        Assert.InRange(scenario.Machine.MovedPages, before - budget, (long)(1.3 * (before - budget + (2 * misplaced))));
        Assert.Equal(scenario.Machine.MovedPages, scenario.Rounds.Moved);
        Assert.Equal((0, 0L), (load.Mapping.SplitFolios, scenario.Rounds.Failed));
    }

    [Fact]
    public void One_hot_page_makes_a_folio_hotter_than_cold_ones()
    {
        // One page in 160 is hot, in one folio of 16 in ten: what the others of it are does not matter.
        using Scenario scenario = new();
        OnePageOfSome workload = new(Scenario.Pages / 16, hotFolios: 0.1, hotShare: 0.97);
        SimulatedLoad load = Manage(scenario, workload, 16, 0.2);
        scenario.Run(60);
        Assert.InRange(load.Samples[^1].FastShare, 0.198, 0.202);
        Assert.InRange(Scenario.HitRatio(load, 40, 60), 0.97 * 0.97, 1);
        Assert.Equal(0, load.Mapping.SplitFolios);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(256)]
    public void Hot_folios_are_told_from_those_that_are_accessed_in_every_scan_too_but_on_few_pages(int folioPages)
    {
        using Scenario scenario = new();
        ScatteredHotSet blocks = new(Scenario.Pages / folioPages, 0.1, 0.9, seed: 3);
        HotFolios workload = new(blocks, folioPages);
        SimulatedLoad load = Manage(scenario, workload, folioPages, 0.2, accessTime: 0.05);
        scenario.Run(60);
        long budget = (long)(0.2 * load.Workload.Pages);
        Assert.InRange(load.Samples[^1].FastShare, 0.198, 0.202);
        Assert.InRange(Scenario.HitRatio(load, 40, 60) / load.Workload.OracleHitRatio(budget), 0.97, 1.001);
        Assert.Equal((0, 0L), (load.Mapping.SplitFolios, scenario.Rounds.Failed));
    }

    [Fact]
    public void Folios_mixed_with_single_and_huge_pages_are_counted_exactly()
    {
        using Scenario scenario = new(options: Scenario.Options with { ShareHeat = true });
        SimulatedProcess process = scenario.Machine.StartProcess("mixed");
        SimulatedMapping[] mappings =
        [
            process.Map(8192, folioPages: 16),
            process.Map(8192),
            process.Map(8192, hugePages: true),
            process.Map(8192 + 100, folioPages: 256),
        ];
        Assert.All(mappings, mapping => Assert.True(process.Populate(mapping)));
        Assert.Equal((8192 - 256, 256), mappings[3].FolioOf(8192 - 1));
        Assert.Equal((8192 + 3, 1), mappings[3].FolioOf(8192 + 3));
        foreach (SimulatedMapping mapping in mappings)
        {
            scenario.Driver.Add(process, mapping, new ContiguousHotSet(8192, 0.1, 0.999), TimeSpan.FromMicroseconds(8));
        }

        scenario.Engine.Add(process, FastShare.OfPages(0.25));
        scenario.Run(90);
        double share = process.PagesOn(0) / (double)process.ResidentPages;
        Assert.InRange(share, 0.2475, 0.2525);
        Assert.Equal(scenario.Machine.MovedPages, scenario.Rounds.Moved);
        Assert.All(mappings, mapping => Assert.Equal(0, mapping.SplitFolios));
    }

    [Fact]
    public void Looks_between_rounds_and_shared_heat_split_no_folio()
    {
        using Scenario scenario = new(options: Scenario.Options with { ShareHeat = true });
        SimulatedLoad load = Manage(scenario, 64, 0.3, hotShare: 0.99999);
        scenario.Run(180);
        Assert.True(scenario.Rounds.SharedHot > 0, "no hot page was reported");
        Assert.True(scenario.Rounds.SharedCold > 0, "no cold page was reported");
        Assert.True(scenario.Rounds.Looks > 5, $"{scenario.Rounds.Looks} looks");
        Assert.Equal(0, load.Mapping.SplitFolios);
    }

    [Fact]
    public void Pinned_folios_are_known_and_tried_again_as_a_whole()
    {
        using Scenario scenario = new();
        SimulatedLoad load = Manage(scenario, 16, 0.3);
        load.Process.Faults.PinnedFraction = 0.5;
        scenario.Run(60);
        long before = scenario.Rounds.Failed;
        scenario.Run(60);
        Assert.InRange(scenario.Rounds.Failed - before, 0, load.Workload.Pages / 50);
        Assert.InRange(scenario.Rounds.LastImmovablePages, 1, (long)(load.Workload.Pages * 0.55));
        load.Process.Faults.PinnedFraction = 0;
        scenario.Run(900);
        Assert.InRange(load.Samples[^1].FastShare, 0.297, 0.303);
        Assert.Equal(0, scenario.Rounds.LastImmovablePages);
    }

    [Fact]
    public void Folios_that_are_freed_in_part_continue_as_single_pages()
    {
        using Scenario scenario = new();
        SimulatedLoad load = Manage(scenario, 16, 0.2);
        for (int i = 0; i < 200; i++)
        {
            int page = i * 160;
            scenario.Driver.At(TimeSpan.FromMilliseconds(5000 + (i * 50)), () => load.Process.Unmap(load.Mapping, page + 5, 3));
        }

        scenario.Run(60);
        Assert.InRange(load.Samples[^1].FastShare, 0.198, 0.202);
    }

    [Fact]
    public void The_steady_state_with_folios_makes_no_garbage()
    {
        using Scenario scenario = new();
        Manage(scenario, 16, 0.3);
        scenario.Run(40);
        long rounds = scenario.Rounds.Rounds;
        Garbage garbage = new();
        scenario.Driver.Run(TimeSpan.FromSeconds(400), () => garbage.Add(scenario.Engine.Step));
        Assert.True(scenario.Rounds.Rounds - rounds >= 5);
        Assert.Equal(0, garbage.Bytes);
    }

    private static SimulatedLoad Manage(Scenario scenario, int folioPages, double share, double hotShare = 0.98)
    {
        ScatteredHotSet blocks = new(Scenario.Pages / folioPages, 0.1, hotShare, seed: 3);
        return Manage(scenario, new HotFolios(blocks, folioPages), folioPages, share);
    }

    private static SimulatedLoad Manage(
        Scenario scenario, IWorkload workload, int folioPages, double share, double accessTime = 0.5)
    {
        SimulatedLoad load = scenario.Driver.Start(
            workload, computeTime: TimeSpan.FromMicroseconds(Scenario.Scale * accessTime), folioPages: folioPages);
        scenario.Engine.Add(load.Process, FastShare.OfPages(share));
        return load;
    }

    /// <summary>Hot pages that first touch put below.</summary>
    private static long HotPagesBelow(SimulatedLoad load)
    {
        double[] probabilities = new double[load.Workload.Pages];
        load.Workload.FillProbabilities(probabilities, TimeSpan.Zero);
        return probabilities.Skip((int)Scenario.FastPages).LongCount(probability => probability > 1.0 / load.Workload.Pages);
    }

    /// <summary>One page of each of some folios is hot.</summary>
    private sealed class OnePageOfSome(int folios, double hotFolios, double hotShare) : IWorkload
    {
        private readonly ScatteredHotSet _folios = new(folios, hotFolios, hotShare, seed: 6);

        public string Name => "one-page-of-some";

        public int Pages => folios * 16;

        public bool NextPages(Span<int> pages, ref Chance.SeededRandom random, TimeSpan now)
        {
            _folios.NextPages(pages, ref random, now);
            foreach (ref int page in pages)
            {
                page = (page * 16) + (page % 16);
            }

            return true;
        }

        public void FillProbabilities(Span<double> probabilities, TimeSpan now)
        {
            double[] of = new double[folios];
            _folios.FillProbabilities(of, now);
            probabilities[..Pages].Clear();
            for (int folio = 0; folio < folios; folio++)
            {
                probabilities[(folio * 16) + (folio % 16)] = of[folio];
            }
        }

        public double OracleHitRatio(long fastPages) => _folios.OracleHitRatio(fastPages / 16);
    }
}
