using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class EvenHeatTests
{
    private const int Scans = 5;
    private const int Pages = 20_000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.15)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public void Pages_that_are_equally_warm_are_one_kind_although_chance_sees_some_of_them_more_often(double chance)
    {
        HeatMix settled = new EvenHeat(Scans).Settle(Mix(_ => chance, fast: true));
        Assert.Equal(0, settled.Mixture, 6);
        Assert.Equal(chance, settled.MeanHeat, 0.01);
        Assert.Equal(Pages, settled.Mapped, 6);
    }

    [Theory]
    [InlineData(0.1, 0.95, 0.1)]
    [InlineData(0.02, 1, 0)]
    [InlineData(0.5, 0.9, 0.05)]
    [InlineData(0.3, 0.9, 0.3)]
    public void A_mix_of_hot_and_cold_pages_stays_a_mix(double hotPart, double hot, double cold)
    {
        HeatMix mix = Mix(page => page < hotPart * Pages ? hot : cold, fast: false);
        HeatMix settled = new EvenHeat(Scans).Settle(mix);
        Assert.Equal(mix.ShareOf(PageKind.OftenSlow), settled.ShareOf(PageKind.OftenSlow));
        Assert.True(settled.ShareOf(PageKind.OftenSlow) > 0);
    }

    [Fact]
    public void Tiers_are_settled_each_for_itself()
    {
        HeatMix mix = Mix(_ => 0.5, fast: true);
        mix.Add(Mix(page => page < Pages / 4 ? 1 : 0, fast: false));
        HeatMix settled = new EvenHeat(Scans).Settle(mix);
        Assert.Equal(0.5, settled.FastShare, 6);
        Assert.Equal(0.5, settled.Mixture, 6);
        Assert.Equal(0.125, settled.ShareOf(PageKind.OftenSlow), 6);
    }

    private static HeatMix Mix(Func<int, double> chanceOf, bool fast)
    {
        Random random = new(7);
        HeatMix mix = default;
        for (int page = 0; page < Pages; page++)
        {
            int seen = Enumerable.Range(0, Scans).Count(_ => random.NextDouble() < chanceOf(page));
            PageKind kind = (2 * seen >= Scans, fast) switch
            {
                (true, true) => PageKind.OftenFast,
                (true, false) => PageKind.OftenSlow,
                (false, true) => PageKind.RareFast,
                _ => PageKind.RareSlow,
            };
            mix.Add(kind, 1, (double)seen / Scans);
        }

        return mix;
    }
}
