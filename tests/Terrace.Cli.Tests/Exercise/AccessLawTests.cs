using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Exercise;

namespace Terrace.Cli.Tests.Exercise;

public sealed class AccessLawTests
{
    [Property]
    public Property Probabilities_sum_to_one_whatever_the_law() =>
        Prop.ForAll(Gen.Choose(1, 5000).Two().ToArbitrary(), sizes =>
        {
            uint pages = (uint)sizes.Item1;
            double parameter = (sizes.Item2 / 5000.0) + 0.001;
            foreach (
                AccessLaw law in (AccessLaw[])[AccessLaw.Uniform(pages), AccessLaw.HotSet(
                    pages, Math.Min(parameter, 1), 0.9), AccessLaw.Zipf(pages, parameter)])
            {
                double sum = Enumerable.Range(0, (int)pages).Sum(rank => law.ProbabilityOf((uint)rank));
                Assert.Equal(1, sum, tolerance: 1e-9);
                Assert.Equal(1, law.BestShare(pages), tolerance: 1e-9);
            }
        });

    [Property]
    public Property The_oracle_is_the_sum_of_the_most_probable_pages() =>
        Prop.ForAll(Gen.Choose(2, 800).Two().ToArbitrary(), sizes =>
        {
            uint pages = (uint)sizes.Item1;
            // A "hot" set may be colder than the rest: the oracle must not rely on the order of ranks.
            AccessLaw law = AccessLaw.HotSet(pages, 0.4, sizes.Item2 / 800.0);
            double[] sorted = [.. Enumerable.Range(0, (int)pages).Select(rank => law.ProbabilityOf((uint)rank)).OrderDescending()];
            int fast = sizes.Item2 % (sizes.Item1 + 1);
            Assert.Equal(sorted.Take(fast).Sum(), law.BestShare(fast), tolerance: 1e-9);
        });

    [Theory]
    [InlineData(100_000, 0.99)]
    [InlineData(100_000, 1.0)]
    [InlineData(3000, 0.5)]
    public void Zipf_keeps_to_its_formula_within_a_bucket_of_ranks(int pages, double exponent)
    {
        AccessLaw law = AccessLaw.Zipf((uint)pages, exponent);
        double norm = Enumerable.Range(1, pages).Sum(rank => Math.Pow(rank, -exponent));
        foreach (int rank in (int[])[0, 1, 10, 63, 64, 500, pages - 1])
        {
            double exact = Math.Pow(rank + 1, -exponent) / norm;
            Assert.InRange(law.ProbabilityOf((uint)rank), exact * 0.93, exact * 1.07);
        }
    }

    [Fact]
    public void A_hot_set_of_every_page_is_no_hot_set() => Assert.Equal(1.0 / 50, AccessLaw.HotSet(50, 1, 0.9).ProbabilityOf(49), 12);
}
