namespace Terrace.Core.Tracking;

/// <summary>
/// Mean accessed fraction by heat, fitted so that it never falls as heat rises: pool-adjacent-violators (Ayer et al. 1955) over counts that
/// decay by half with each round.
/// </summary>
internal sealed class MonotoneFit
{
    private const double KeptEachRound = 0.5;

    private readonly double[] _pages = new double[HeatMap.HeatLevels];
    private readonly double[] _accessed = new double[HeatMap.HeatLevels];
    private readonly double[] _fitted = new double[HeatMap.HeatLevels];
    private readonly double[] _poolPages = new double[HeatMap.HeatLevels];
    private readonly double[] _poolAccessed = new double[HeatMap.HeatLevels];
    private readonly int[] _poolEnd = new int[HeatMap.HeatLevels];

    public double At(int heat) => _fitted[heat];

    public void Clear()
    {
        Array.Clear(_pages);
        Array.Clear(_accessed);
        Array.Clear(_fitted);
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
        int pools = 0;
        for (int heat = 0; heat < HeatMap.HeatLevels; heat++)
        {
            // Less than one page's worth of memory left is no evidence.
            double pages = _pages[heat] >= 1 ? _pages[heat] : 0;
            double accessed = pages > 0 ? _accessed[heat] : 0;
            if (pages == 0 && pools > 0)
            {
                _poolEnd[pools - 1] = heat;
                continue;
            }

            while (pools > 0 && accessed * _poolPages[pools - 1] <= _poolAccessed[pools - 1] * pages)
            {
                pools--;
                pages += _poolPages[pools];
                accessed += _poolAccessed[pools];
            }

            (_poolPages[pools], _poolAccessed[pools], _poolEnd[pools]) = (pages, accessed, heat);
            pools++;
        }

        int from = 0;
        for (int pool = 0; pool < pools; pool++)
        {
            double value = _poolPages[pool] > 0 ? _poolAccessed[pool] / _poolPages[pool] : 0;
            for (; from <= _poolEnd[pool]; from++)
            {
                _fitted[from] = value;
            }
        }
    }
}
