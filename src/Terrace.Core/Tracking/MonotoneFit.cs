namespace Terrace.Core.Tracking;

/// <summary>
/// Mean accessed fraction by heat, fitted so that it never falls as heat rises: pool-adjacent-violators (Ayer et al. 1955) over counts that
/// decay by half with each round. With it come bounds: what few pages showed may be chance.
/// </summary>
internal sealed class MonotoneFit
{
    private const double KeptEachRound = 0.5;

    /// <summary>Standard errors from the fit to a bound: chance is beyond it once in 44 times on either side.</summary>
    private const double ErrorsToBound = 2;

    private readonly double[] _pages = new double[HeatMap.HeatLevels];
    private readonly double[] _accessed = new double[HeatMap.HeatLevels];
    private readonly double[] _fitted = new double[HeatMap.HeatLevels];
    private readonly double[] _error = new double[HeatMap.HeatLevels];

    public double At(int heat) => _fitted[heat];

    /// <summary>What the fraction is at least, as far as the number of pages seen can tell.</summary>
    public double AtLeast(int heat) => Math.Max(0, _fitted[heat] - (ErrorsToBound * _error[heat]));

    /// <summary>What it is at most.</summary>
    public double AtMost(int heat) => Math.Min(1, _fitted[heat] + (ErrorsToBound * _error[heat]));

    public void Clear()
    {
        Array.Clear(_pages);
        Array.Clear(_accessed);
        Array.Clear(_fitted);
        Array.Clear(_error);
    }

    public void Learn(ReadOnlySpan<long> pages, ReadOnlySpan<long> counts, int scans)
    {
        for (int heat = 0; heat < pages.Length; heat++)
        {
            _pages[heat] = (_pages[heat] * KeptEachRound) + pages[heat];
            _accessed[heat] = (_accessed[heat] * KeptEachRound) + (counts[heat] / (double)scans);
        }

        Fit();
    }

    /// <summary>Heats without pages take the value of the next lower one that has any.</summary>
    private void Fit()
    {
        Span<double> poolPages = stackalloc double[HeatMap.HeatLevels];
        Span<double> poolAccessed = stackalloc double[HeatMap.HeatLevels];
        Span<int> poolEnd = stackalloc int[HeatMap.HeatLevels];
        int pools = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            // Less than one page's worth of memory left is no evidence.
            double pages = _pages[heat] >= 1 ? _pages[heat] : 0;
            double accessed = pages > 0 ? _accessed[heat] : 0;
            if (pages == 0 && pools > 0)
            {
                poolEnd[pools - 1] = heat;
                continue;
            }

            while (pools > 0 && accessed * poolPages[pools - 1] <= poolAccessed[pools - 1] * pages)
            {
                pools--;
                pages += poolPages[pools];
                accessed += poolAccessed[pools];
            }

            (poolPages[pools], poolAccessed[pools], poolEnd[pools]) = (pages, accessed, heat);
            pools++;
        }

        int from = 0;
        for (int pool = 0; pool < pools; pool++)
        {
            double value = poolPages[pool] > 0 ? poolAccessed[pool] / poolPages[pool] : 0;
            double error = StandardError(poolAccessed[pool], poolPages[pool]);
            for (; from <= poolEnd[pool]; from++)
            {
                _fitted[from] = value;
                _error[from] = error;
            }
        }
    }

    /// <summary>
    /// Of the mean over that many pages. The scans of one page are not independent, so they count as one observation; one page more of
    /// each kind (Laplace) keeps a few that agree coincidentally from passing for certainty.
    /// </summary>
    private static double StandardError(double accessed, double pages)
    {
        double fraction = (accessed + 1) / (pages + 2);
        return Math.Sqrt(fraction * (1 - fraction) / (pages + 2));
    }
}
