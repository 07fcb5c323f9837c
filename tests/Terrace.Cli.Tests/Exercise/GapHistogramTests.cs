using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Exercise;

namespace Terrace.Cli.Tests.Exercise;

public sealed class GapHistogramTests
{
    [Property]
    public Property A_percentile_is_right_to_a_sixteenth() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).NonEmptyListOf().ToArbitrary(), values =>
        {
            GapHistogram histogram = new();
            foreach (int value in values)
            {
                histogram.Add(value);
            }

            int[] sorted = [.. values.Order()];
            foreach (double fraction in (double[])[0.5, 0.99, 1])
            {
                int exact = sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * fraction) - 1)];
                Assert.InRange(histogram.Percentile(fraction), exact, (exact * (1 + (1.0 / 16))) + 1);
            }
        });

    [Fact]
    public void Collecting_twice_gives_what_came_in_between()
    {
        GapHistogram source = new();
        GapHistogram seen = new();
        GapHistogram total = new();
        source.Add(100);
        source.CollectInto(total, seen);
        total.Clear();
        source.Add(5000);
        source.CollectInto(total, seen);
        Assert.InRange(total.Percentile(0), 5000, 5400);
    }

    [Fact]
    public void Nothing_counted_is_zero() => Assert.Equal(0, new GapHistogram().Percentile(0.99));
}
