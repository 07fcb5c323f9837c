using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.HugePages;

/// <summary>
/// How the accesses to one chunk are spread over its base pages, from some rounds. Every second round says which pages are the hottest,
/// and the others how much these are accessed: if the same rounds said both, pages that were accessed evenly, but rarely, would look
/// uneven, because of chance.
/// </summary>
internal sealed class PageUse
{
    private readonly byte[] _rank = new byte[Chunk.Pages];
    private readonly byte[] _seen = new byte[Chunk.Pages];
    private readonly double[] _rates = new double[byte.MaxValue + 1];
    private readonly int[] _pages = new int[byte.MaxValue + 1];
    private int _rankScans;
    private int _seenScans;
    private double _seenSeconds;

    /// <summary>Accesses that scans saw and that are not used for ranking, one for a page and scan.</summary>
    public int Seen { get; private set; }

    /// <summary>Rounds added.</summary>
    public int Rounds { get; private set; }

    /// <summary>Accesses a second to all its pages.</summary>
    public double PerSecond { get; private set; }

    /// <summary>
    /// Nearly every scan saw some of its pages accessed, and how often that is was not known: they are taken for less hot.
    /// </summary>
    public bool IsUnderrated { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_rank);
        Array.Clear(_seen);
        (_rankScans, _seenScans, _seenSeconds, Seen, Rounds, PerSecond) = (0, 0, 0, 0, 0, 0);
    }

    /// <summary>Adds what a round's scans saw.</summary>
    public void Add(in HeatChunk chunk, int scans, TimeSpan covered)
    {
        bool ranks = Rounds++ % 2 == 0;
        if ((ranks ? _rankScans : _seenScans) + scans > byte.MaxValue)
        {
            return;
        }

        byte[] counts = ranks ? _rank : _seen;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            int count = chunk.IsPresent(page) ? chunk.CountOf(page) : 0;
            counts[page] += (byte)count;
            Seen += ranks ? 0 : count;
        }

        _rankScans += ranks ? scans : 0;
        _seenScans += ranks ? 0 : scans;
        _seenSeconds += ranks ? 0 : covered.TotalSeconds;
    }

    /// <summary>Works out <see cref="PerSecond"/> and what <see cref="ShareOf"/> and <see cref="PagesFor"/> tell.</summary>
    /// <param name="hotPerSecond">
    /// How often pages are accessed that nearly every scan sees accessed; null where that is not known, and they are taken for less hot.
    /// </param>
    public void Resolve(double? hotPerSecond)
    {
        double interval = _seenSeconds / Math.Max(1, _seenScans);
        Array.Clear(_rates);
        Array.Clear(_pages);
        double all = 0;
        IsUnderrated = false;
        for (int page = 0; page < Chunk.Pages && _seenScans > 0; page++)
        {
            // Accesses at random times: -ln of the part of scans that saw none; seen by all is "fewer than a quarter of a miss".
            double rate = -Math.Log(Math.Max(0.25 / _seenScans, 1 - (_seen[page] / (double)_seenScans)));
            if (_seen[page] >= HotRates.Saturated * _seenScans)
            {
                IsUnderrated |= hotPerSecond is null;
                rate = Math.Max(rate, (hotPerSecond ?? 0) * interval);
            }

            _rates[_rank[page]] += rate;
            _pages[_rank[page]]++;
            all += rate;
        }

        PerSecond = interval > 0 ? all / interval : 0;
        for (int rank = 0; rank <= byte.MaxValue; rank++)
        {
            _rates[rank] /= Math.Max(all, double.Epsilon);
        }
    }

    /// <summary>Share of accesses (0 to 1) that the hottest of its pages get, of which there are some.</summary>
    public double ShareOf(double pages)
    {
        double share = 0;
        for (int rank = byte.MaxValue; rank >= 0 && pages > 0; rank--)
        {
            share += _pages[rank] == 0 ? 0 : _rates[rank] * Math.Min(1, pages / _pages[rank]);
            pages -= _pages[rank];
        }

        return share;
    }

    /// <summary>How many of its hottest pages get a share of the accesses.</summary>
    public double PagesFor(double share)
    {
        double pages = 0;
        for (int rank = byte.MaxValue; rank >= 0 && share > 0; rank--)
        {
            pages += _rates[rank] <= 0 ? 0 : _pages[rank] * Math.Min(1, share / _rates[rank]);
            share -= _rates[rank];
        }

        return pages;
    }

    /// <summary>How many of its pages get at least the average of all, as ranked.</summary>
    public int PagesAboveAverage()
    {
        int pages = 0;
        for (int rank = byte.MaxValue; rank >= 0; rank--)
        {
            pages += _pages[rank] > 0 && _rates[rank] / _pages[rank] >= 1.0 / Chunk.Pages ? _pages[rank] : 0;
        }

        return pages;
    }
}
