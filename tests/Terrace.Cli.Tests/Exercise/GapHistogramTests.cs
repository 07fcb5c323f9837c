using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HdrHistogram;
using Terrace.Cli.Exercise;

namespace Terrace.Cli.Tests.Exercise;

public sealed class GapHistogramTests
{
    [Property]
    public Property A_percentile_is_right_to_a_hundredth() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).NonEmptyListOf().ToArbitrary(), values =>
        {
            LongHistogram sum = Sum([.. values.Select(value => (long)value)]);
            int[] sorted = [.. values.Order()];
            foreach (double fraction in (double[])[0.5, 0.99, 1])
            {
                // The nearest rank, halves up.
                int exact = sorted[Math.Clamp((int)((sorted.Length * fraction) + 0.5) - 1, 0, sorted.Length - 1)];
                Assert.InRange(GapHistogram.Percentile(sum, fraction), exact, (exact * 1.01) + 1);
            }
        });

    [Fact]
    public void Collecting_twice_gives_what_came_in_between()
    {
        GapHistogram source = new();
        source.Add(100);
        source.CollectInto(GapHistogram.NewSum());
        source.Add(5000);
        LongHistogram second = GapHistogram.NewSum();
        source.CollectInto(second);
        Assert.Equal(1, second.TotalCount);
        Assert.InRange(GapHistogram.Percentile(second, 0), 5000, 5050);
    }

    [Fact]
    public void Nothing_counted_is_zero() => Assert.Equal(0, GapHistogram.Percentile(GapHistogram.NewSum(), 0.99));

    [Fact]
    public void Durations_that_no_clock_should_tell_count_as_the_nearest_that_there_are()
    {
        LongHistogram sum = Sum(-5, long.MaxValue, TimeSpan.FromHours(30).Ticks * 100);
        Assert.Equal(3, sum.TotalCount);
        Assert.Equal(0, GapHistogram.Percentile(sum, 0.3), 1.0);
        Assert.Equal(3.6e12, GapHistogram.Percentile(sum, 1), 3.6e10);
    }

    [Fact]
    public void What_is_counted_while_another_thread_collects_is_collected_once()
    {
        GapHistogram source = new();
        LongHistogram sum = GapHistogram.NewSum();
        Thread adder = new(() =>
        {
            for (int i = 0; i < 200_000; i++)
            {
                source.Add(i);
            }
        });
        adder.Start();
        do
        {
            source.CollectInto(sum);
        }
        while (!adder.Join(TimeSpan.Zero));
        source.CollectInto(sum);
        Assert.Equal(200_000, sum.TotalCount);
    }

    [Fact]
    public void Counting_and_collecting_make_no_garbage()
    {
        GapHistogram source = new();
        LongHistogram interval = GapHistogram.NewSum();
        LongHistogram whole = GapHistogram.NewSum();
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                source.Add(i * 977L);
            }

            interval.Reset();
            source.CollectInto(interval);
            whole.Add(interval);
        }));
    }

    private static LongHistogram Sum(params ReadOnlySpan<long> durations)
    {
        GapHistogram source = new();
        foreach (long duration in durations)
        {
            source.Add(duration);
        }

        LongHistogram sum = GapHistogram.NewSum();
        source.CollectInto(sum);
        return sum;
    }
}
