namespace Terrace.Reports.Pictures;

/// <summary>
/// Tells memory that is evenly warm from a mix of hot and cold pages. Of pages that are all equally likely to be seen, some are seen often
/// and others rarely, by the luck of the draw (binomial distribution); a real mix has hotter pages among the often seen ones, or more
/// of them.
/// </summary>
internal sealed class EvenHeat
{
    private const int Steps = 256;
    private const double SharesDiffer = 0.1;
    private const double HeatsDiffer = 0.12;

    private readonly (double Share, double Heat)[] _often = new (double, double)[Steps + 1];

    /// <summary>Computes for every mean heat what is to be expected of that many scans.</summary>
    public EvenHeat(int scans)
    {
        Scans = scans;
        for (int step = 0; step <= Steps; step++)
        {
            _often[step] = Expect(scans, (double)step / Steps);
        }
    }

    /// <summary>Scans of a round.</summary>
    public int Scans { get; }

    /// <summary>The same pages, those of a tier as one kind where they look evenly warm.</summary>
    public HeatMix Settle(in HeatMix mix)
    {
        HeatMix settled = mix;
        Settle(ref settled, PageKind.OftenFast, PageKind.RareFast);
        Settle(ref settled, PageKind.OftenSlow, PageKind.RareSlow);
        return settled;
    }

    private void Settle(ref HeatMix mix, PageKind often, PageKind rare)
    {
        double pages = mix.Pages[(int)often] + mix.Pages[(int)rare];
        double seen = mix.Seen[(int)often] + mix.Seen[(int)rare];
        if (pages == 0)
        {
            return;
        }

        (double share, double heat) = _often[(int)Math.Round(Steps * Math.Clamp(seen / pages, 0, 1))];
        bool isEven = Math.Abs((mix.Pages[(int)often] / pages) - share) < SharesDiffer
            && (mix.Pages[(int)often] == 0 || Math.Abs(mix.HeatOf(often) - heat) < HeatsDiffer);
        if (isEven)
        {
            (PageKind all, PageKind none) = 2 * seen >= pages ? (often, rare) : (rare, often);
            (mix.Pages[(int)all], mix.Seen[(int)all]) = (pages, seen);
            (mix.Pages[(int)none], mix.Seen[(int)none]) = (0, 0);
        }
    }

    // Share of pages seen in at least half of the scans, and their mean heat, when each scan sees a page with this chance.
    private static (double Share, double Heat) Expect(int scans, double chance)
    {
        double share = 0;
        double seen = 0;
        double ways = 1;
        for (int count = 0; count <= scans; count++)
        {
            double part = ways * Math.Pow(chance, count) * Math.Pow(1 - chance, scans - count);
            if (2 * count >= scans)
            {
                (share, seen) = (share + part, seen + (part * count / scans));
            }

            ways = ways * (scans - count) / (count + 1);
        }

        return (share, share > 0 ? seen / share : 0);
    }
}
