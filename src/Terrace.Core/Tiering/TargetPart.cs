using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Pages of a target that are placed by themselves: those of one area that has a share of its own, or all that are of none.
/// </summary>
/// <param name="number">The area's number; 0 for what is of none.</param>
/// <param name="histogram">The whole target's pages, of which it is the only part so far; null for a part of its own.</param>
internal sealed class TargetPart(int number, HeatHistogram? histogram = null)
{
    private readonly RateHistogram _counted = new();

    public int Number { get; } = number;

    /// <summary>The area; null for what is of none.</summary>
    public FastArea? Area { get; set; }

    /// <summary>The part's pages as of the last round.</summary>
    public HeatHistogram Histogram { get; private set; } = histogram ?? new();

    /// <summary>The same pages by how often they have been accessed lately, over more than one round.</summary>
    public RateHistogram Rates { get; } = new();

    /// <summary>Its part of its group's fast memory, pages.</summary>
    public long BudgetPages { get; set; }

    /// <summary>It is all of the target: its pages are the target's.</summary>
    public void BeAll(HeatHistogram all) => Histogram = all;

    /// <summary>It is one of several: its pages are counted apart from the target's.</summary>
    public void BeOneOf(HeatHistogram all) => Histogram = Histogram == all ? new HeatHistogram() : Histogram;

    /// <summary>Counts its pages by rate, given what a page of a heat gets in each tier.</summary>
    /// <param name="economics">What heat means in accesses a second.</param>
    /// <param name="fastPlaces">Bit mask of the places of the top tier.</param>
    /// <param name="weight">What this round weighs against those before, 0 to 1.</param>
    /// <param name="isFirst">After the first round heat is what that counted, and nothing has been foretold by it yet.</param>
    public void CountRates(MoveEconomics economics, int fastPlaces, double weight, bool isFirst)
    {
        _counted.Clear();
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            bool areCold = heat == 0;
            double fast = isFirst ? economics.CountedPerSecond(heat) : economics.AccessesPerSecond(heat, inFastMemory: true);
            double slow = isFirst ? fast : economics.AccessesPerSecond(heat, inFastMemory: false);
            _counted.Count(Histogram.PagesIn(fastPlaces, heat), fast, areCold);
            _counted.Count(Histogram.PagesIn(~fastPlaces, heat), slow, areCold);
        }

        Rates.Follow(_counted, weight);
    }

    public ExchangeSelector Selector { get; } = new();
}
