using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Simulation.Chance;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Workloads;

public sealed class WorkloadTests
{
    private const int Pages = 2000;

    public static TheoryData<string> RandomWorkloads => ["contiguous", "scattered", "moving", "zipf", "uniform"];

    [Theory]
    [MemberData(nameof(RandomWorkloads))]
    public void Pages_are_drawn_with_the_probabilities_that_the_workload_states(string name)
    {
        IWorkload workload = Make(name);
        double[] probabilities = Probabilities(workload, TimeSpan.Zero);
        int[] counts = Draw(workload, 4_000_000, TimeSpan.Zero);
        double draws = counts.Sum();

        // Pearson's statistic has mean n - 1 and standard deviation sqrt(2 (n - 1)); six of them are out of reach of chance.
        double chiSquare = counts.Select(
            (count, page) => Math.Pow(count - (draws * probabilities[page]), 2) / (draws * probabilities[page])).Sum();
        Assert.InRange(chiSquare, (Pages - 1) - (6 * Math.Sqrt(2 * Pages)), (Pages - 1) + (6 * Math.Sqrt(2 * Pages)));
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("scattered")]
    [InlineData("moving")]
    public void A_tenth_of_the_pages_takes_nine_tenths_of_the_accesses(string name)
    {
        int[] counts = [.. Draw(Make(name), 1_000_000, TimeSpan.Zero).OrderDescending()];
        Assert.Equal(0.9, counts.Take(Pages / 10).Sum() / (double)counts.Sum(), tolerance: 0.002);
    }

    [Fact]
    public void A_contiguous_hot_set_is_one_range_and_a_scattered_one_is_not()
    {
        Assert.Equal(Pages - 200, HotPages(Make("contiguous"), TimeSpan.Zero).Min());
        HashSet<int> scattered = HotPages(Make("scattered"), TimeSpan.Zero);
        Assert.Equal(200, scattered.Count);
        Assert.InRange(scattered.Average(), 850, 1150);
        Assert.InRange(scattered.Count(page => scattered.Contains(page + 1)), 5, 40);
    }

    [Fact]
    public void A_moving_hot_set_stays_for_a_phase_and_then_shares_no_page_with_the_one_before()
    {
        IWorkload workload = Make("moving");
        HashSet<int> first = HotPages(workload, TimeSpan.Zero);
        Assert.Equal(first, HotPages(workload, TimeSpan.FromSeconds(44.9)));
        HashSet<int> second = HotPages(workload, TimeSpan.FromSeconds(45));
        Assert.Equal(200, second.Count);
        Assert.Empty(first.Intersect(second));
        Assert.Equal(first, HotPages(workload, TimeSpan.FromSeconds(450)));
    }

    [Fact]
    public void Zipf_probabilities_fall_with_the_rank_to_the_power_of_the_exponent()
    {
        double[] sorted = [.. Probabilities(new ZipfAccess(Pages, 1.2, seed: 3), TimeSpan.Zero).OrderDescending()];
        Assert.Equal(Math.Pow(2, 1.2), sorted[0] / sorted[1], 1e-6);
        Assert.Equal(Math.Pow(1000, 1.2), sorted[0] / sorted[999], 1e-6 * Math.Pow(1000, 1.2));
    }

    [Fact]
    public void A_sequential_scan_visits_every_page_in_order_and_begins_again()
    {
        SequentialScan scan = new(5, accessesPerPage: 2);
        SeededRandom random = new(1);
        int[] pages = new int[12];
        Assert.True(scan.NextPages(pages, ref random, TimeSpan.Zero));
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0], pages);
    }

    [Fact]
    public void An_idle_process_accesses_nothing()
    {
        SeededRandom random = new(1);
        Assert.False(new Idle(10).NextPages(new int[4], ref random, TimeSpan.Zero));
    }

    [Theory]
    [MemberData(nameof(RandomWorkloads))]
    public void The_oracle_in_closed_form_agrees_with_the_sum_of_the_largest_probabilities(string name)
    {
        IWorkload workload = Make(name);
        double[] probabilities = Probabilities(workload, TimeSpan.Zero);
        Assert.Equal(1, probabilities.Sum(), 1e-9);
        Assert.All(
            [0, 1, 150, 199, 200, 201, 500, 1999, 2000, 5000],
            fastPages => Assert.Equal(Oracle.HitRatio(probabilities, fastPages), workload.OracleHitRatio(fastPages), 1e-9));
    }

    [Property]
    public void No_choice_of_pages_beats_the_oracle_and_one_reaches_it(byte[] weights, byte fast)
    {
        byte[] some = weights.Length == 0 ? [1] : weights[..Math.Min(weights.Length, 10)];
        double sum = Math.Max(1, some.Sum(weight => weight));
        double[] probabilities = [.. some.Select(weight => weight / sum)];
        int fastPages = fast % (some.Length + 1);
        double best = Enumerable.Range(0, 1 << some.Length)
            .Where(choice => int.PopCount(choice) == fastPages)
            .Max(choice => probabilities.Where((_, page) => (choice & (1 << page)) != 0).Sum());
        Assert.Equal(best, Oracle.HitRatio(probabilities, fastPages), 1e-9);
    }

    [Theory]
    [InlineData(0.0, 0.9)]
    [InlineData(1.0, 1.0)]
    [InlineData(0.5, 0.4)]
    [InlineData(0.1, 1.1)]
    [InlineData(double.NaN, 0.9)]
    public void A_hot_set_that_makes_no_sense_is_refused(double fraction, double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContiguousHotSet(Pages, fraction, share));

    private static IWorkload Make(string name) =>
        SimulationPresets.Find(name)!.Workload(Pages, 42);

    private static double[] Probabilities(IWorkload workload, TimeSpan now)
    {
        double[] probabilities = new double[workload.Pages];
        workload.FillProbabilities(probabilities, now);
        return probabilities;
    }

    private static HashSet<int> HotPages(IWorkload workload, TimeSpan now)
    {
        int[] counts = Draw(workload, 200_000, now);
        return [.. Enumerable.Range(0, counts.Length).Where(page => counts[page] > 400)];
    }

    private static int[] Draw(IWorkload workload, int draws, TimeSpan now)
    {
        SeededRandom random = new(7);
        int[] counts = new int[workload.Pages];
        int[] pages = new int[1000];
        for (int drawn = 0; drawn < draws; drawn += pages.Length)
        {
            Assert.True(workload.NextPages(pages, ref random, now));
            foreach (int page in pages)
            {
                counts[page]++;
            }
        }

        return counts;
    }
}
