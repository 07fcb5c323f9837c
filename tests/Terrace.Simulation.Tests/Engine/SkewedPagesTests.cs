using Terrace.Core.HugePages;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Huge pages of which some base pages only are hot: all pages of one share an accessed bit, so that all look hot.</summary>
public sealed class SkewedPagesTests
{
    private const double Share = 0.3;

    private static readonly FastShare s_share = FastShare.OfPages(Share);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_scattered_hot_set_gets_into_fast_memory_once_huge_pages_are_split(ulong seed)
    {
        using Scenario scenario = new(seed);
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(120);
        Assert.InRange(Scenario.HitRatio(load, 60, 120), 0.88, 1);
        Assert.InRange(load.Samples[^1].FastShare, Share - 0.01, Share + 0.01);

        // Fast memory has room for some huge pages as a whole.
        RoundHugePages last = scenario.Rounds.LastHugePages;
        Assert.InRange(last.Split + last.Watched, Chunks(0.6), Chunks(0.95));
        Assert.InRange(last.Use!.Value, 0.08, 0.4);
    }

    [Fact]
    public void With_keep_they_stay_whole_and_the_share_is_kept_with_any_of_them()
    {
        using Scenario scenario = new(options: Scenario.Options with { HugePages = HugePagePolicy.Keep });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(load, 30, 60), 0.2, 0.4);
        Assert.Equal(0, load.Process.Faults.SplitsTried);
        RoundHugePages last = scenario.Rounds.LastHugePages;
        Assert.Equal((Chunks(1), 0, 0), (last.Whole, last.Split, last.Watched));
    }

    [Fact]
    public void A_dry_run_splits_nothing()
    {
        using Scenario scenario = new(options: Scenario.Options with { DryRun = true });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(60);
        Assert.Equal(0, load.Process.Faults.SplitsTried);
    }

    [Fact]
    public void Where_fast_memory_holds_what_is_in_use_nothing_is_split()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new ContiguousHotSet(Scenario.Pages, 0.1, 1), s_share, hugePages: true);
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(load, 30, 60), 0.97, 1);
        Assert.Equal(0, load.Process.Faults.SplitsTried);
    }

    [Fact]
    public void Huge_pages_that_are_evenly_hot_are_put_together_again_and_tried_ever_more_rarely()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new UniformAccess(Scenario.Pages), s_share, hugePages: true);
        scenario.Run(600);
        RoundHugePages last = scenario.Rounds.LastHugePages;
        Assert.Equal((0, 0), (last.Split, last.Watched));
        Assert.InRange(load.Process.Faults.SplitsTried, 8, 40);
        Assert.Equal(load.Process.Faults.SplitsTried, scenario.Rounds.JoinedHugePages);
    }

    [Fact]
    public void A_contiguous_hot_set_gets_into_fast_memory_and_next_to_no_huge_page_stays_split()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new ContiguousHotSet(Scenario.Pages, 0.1, 0.9), s_share, hugePages: true);
        scenario.Run(300);

        // Nothing of it is in fast memory, all huge pages are accessed in every scan, and looks soon after clears tell which are hot.
        Assert.InRange(Scenario.HitRatio(load, 0, 1), 0, 0.2);
        Assert.InRange(Scenario.HitRatio(load, 60, 300) / load.Workload.OracleHitRatio((long)(Share * Scenario.Pages)), 0.95, 1);
        RoundHugePages last = scenario.Rounds.LastHugePages;
        Assert.InRange(last.Split + last.Watched, 0, Chunks(0.02));
    }

    [Fact]
    public void So_it_does_where_huge_pages_are_kept()
    {
        using Scenario scenario = new(options: Scenario.Options with { HugePages = HugePagePolicy.Keep });
        SimulatedLoad load = scenario.Manage(new ContiguousHotSet(Scenario.Pages, 0.1, 0.9), s_share, hugePages: true);
        scenario.Run(120);
        Assert.InRange(Scenario.HitRatio(load, 60, 120) / load.Workload.OracleHitRatio((long)(Share * Scenario.Pages)), 0.95, 1);
        Assert.Equal(0, load.Process.Faults.SplitsTried);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Where_all_huge_pages_are_equally_hot_none_is_exchanged(ulong seed)
    {
        using Scenario scenario = new(seed, Scenario.Options with { HugePages = HugePagePolicy.Keep });
        scenario.Manage(new UniformAccess(Scenario.Pages), s_share, hugePages: true);
        scenario.Run(30);
        long moved = scenario.Machine.MovedPages;
        scenario.Run(570);
        Assert.InRange(scenario.Machine.MovedPages - moved, 0, 2 * Chunk.Pages);
    }

    [Fact]
    public void What_the_kernel_puts_together_again_is_split_again()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        int next = 0;
        int joined = 0;
        for (int i = 0; i < 12; i++)
        {
            scenario.Run(10);

            // What khugepaged does by default: 4096 pages every ten seconds.
            for (int done = 0; done < 8; next++)
            {
                ulong chunk = Chunk.Of(load.Mapping.Start) + (ulong)(next % (load.Mapping.Pages / Chunk.Pages));
                joined += load.Process.HugePages.Join(chunk) ? 1 : 0;
                done++;
            }
        }

        Assert.InRange(Scenario.HitRatio(load, 60, 120), 0.85, 1);
        Assert.InRange(scenario.Rounds.JoinedByOthers, 1, joined);
    }

    [Fact]
    public void What_is_no_longer_unevenly_hot_is_put_together()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(new UnevenUntil(Scenario.Scattered, TimeSpan.FromSeconds(60)), s_share, hugePages: true);
        scenario.Run(60);
        Assert.InRange(scenario.Rounds.LastHugePages.Split, Chunks(0.5), Chunks(1));
        scenario.Run(400);
        RoundHugePages last = scenario.Rounds.LastHugePages;
        Assert.InRange(last.Split + last.Watched, 0, Chunks(0.1));
        Assert.True(load.Mapping.IsHuge(0));
    }

    [Fact]
    public void A_kernel_that_refuses_is_asked_ever_more_rarely_and_the_rest_continues()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        load.Process.Faults.Splits = 0;
        scenario.Run(600);
        Assert.InRange(load.Process.Faults.SplitsTried, 8, 40);
        Assert.Equal(0, scenario.Rounds.LastHugePages.Split);
        Assert.InRange(load.Samples[^1].FastShare, Share - 0.01, Share + 0.01);
    }

    [Fact]
    public void What_the_kernel_has_put_together_and_does_not_split_again_is_not_asked_for_ever()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(60);
        int tried = load.Process.Faults.SplitsTried;
        load.Process.Faults.Splits = 0;
        for (int chunk = 0; chunk < 10; chunk++)
        {
            load.Process.HugePages.Join(Chunk.Of(load.Mapping.Start) + (ulong)chunk);
        }

        scenario.Run(600);
        Assert.InRange(load.Process.Faults.SplitsTried - tried, 1, 80);
    }

    [Fact]
    public void A_small_process_keeps_its_huge_pages()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(
            new ScatteredHotSet(15 * Chunk.Pages, 0.1, 0.9, seed: 4), s_share, hugePages: true);
        scenario.Run(60);
        Assert.Equal(0, load.Process.Faults.SplitsTried);
    }

    [Fact]
    public void A_process_that_starts_another_program_begins_again()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(60);
        load.Process.Exec();
        scenario.Run(10);
        Assert.Equal((0, 0, 0L), (scenario.Rounds.LastHugePages.Split, scenario.Rounds.LastHugePages.Watched, load.Process.PagesOn(0)));
    }

    [Fact]
    public void A_part_that_was_freed_is_forgotten()
    {
        using Scenario scenario = new();
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, s_share, hugePages: true);
        scenario.Run(40);
        int before = scenario.Rounds.LastHugePages.Split;
        load.Process.Unmap(load.Mapping);
        scenario.Run(20);
        Assert.InRange(before, Chunks(0.3), Chunks(1));
        Assert.Equal((0, 0), (scenario.Rounds.LastHugePages.Split, scenario.Rounds.LastHugePages.Watched));
    }

    private static int Chunks(double part) => (int)(part * Scenario.Pages / Chunk.Pages);

    /// <summary>A workload that becomes an even one.</summary>
    private sealed class UnevenUntil(IWorkload uneven, TimeSpan until) : IWorkload
    {
        private readonly UniformAccess _even = new(uneven.Pages);

        public string Name => "uneven-until";

        public int Pages => uneven.Pages;

        public bool NextPages(Span<int> pages, ref Terrace.Simulation.Chance.SeededRandom random, TimeSpan now) =>
            (now < until ? uneven : _even).NextPages(pages, ref random, now);

        public void FillProbabilities(Span<double> probabilities, TimeSpan now) =>
            (now < until ? uneven : _even).FillProbabilities(probabilities, now);

        public double OracleHitRatio(long fastPages) => uneven.OracleHitRatio(fastPages);
    }
}
