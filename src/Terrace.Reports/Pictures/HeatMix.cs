namespace Terrace.Reports.Pictures;

/// <summary>Adds up pages of any number of addresses, or cells of a column.</summary>
internal struct HeatMix
{
    private const double CellShare = ushort.MaxValue;
    private const double CellHeat = byte.MaxValue;

    /// <summary>Pages of each kind.</summary>
    public PerKind<double> Pages;

    /// <summary>For each kind the sum over its pages of the part of scans that saw the page.</summary>
    public PerKind<double> Seen;

    /// <summary>Pages of all kinds.</summary>
    public readonly double Mapped => Pages[0] + Pages[1] + Pages[2] + Pages[3];

    /// <summary>Part of the pages in fast memory, 0 to 1.</summary>
    public readonly double FastShare =>
        Mapped == 0 ? 0 : (Pages[(int)PageKind.OftenFast] + Pages[(int)PageKind.RareFast]) / Mapped;

    /// <summary>Mean part of scans that saw a page, 0 to 1.</summary>
    public readonly double MeanHeat => Mapped == 0 ? 0 : (Seen[0] + Seen[1] + Seen[2] + Seen[3]) / Mapped;

    /// <summary>Part of the pages that is of a kind.</summary>
    public readonly double ShareOf(PageKind kind) => Mapped == 0 ? 0 : Pages[(int)kind] / Mapped;

    /// <summary>Mean part of scans that saw a page of a kind.</summary>
    public readonly double HeatOf(PageKind kind) => Pages[(int)kind] == 0 ? 0 : Seen[(int)kind] / Pages[(int)kind];

    /// <summary>Mean part of scans that saw a page in fast, or in slower, memory.</summary>
    public readonly double HeatIn(bool fast)
    {
        int often = (int)(fast ? PageKind.OftenFast : PageKind.OftenSlow);
        int rare = (int)(fast ? PageKind.RareFast : PageKind.RareSlow);
        double pages = Pages[often] + Pages[rare];
        return pages == 0 ? 0 : (Seen[often] + Seen[rare]) / pages;
    }

    /// <summary>Part of the pages that is not of the kind that most are of: 0 for a bucket that is even.</summary>
    public readonly double Mixture =>
        Mapped == 0 ? 0 : 1 - (Math.Max(Math.Max(Pages[0], Pages[1]), Math.Max(Pages[2], Pages[3])) / Mapped);

    /// <summary>Adds pages of a kind, and the sum of the parts of scans that saw them.</summary>
    public void Add(PageKind kind, double pages, double seen)
    {
        Pages[(int)kind] += pages;
        Seen[(int)kind] += seen;
    }

    /// <summary>Adds the pages of a cell.</summary>
    public void Add(in HeatCell cell)
    {
        for (int kind = 0; kind < PerKind<double>.Kinds; kind++)
        {
            double pages = cell.MappedPages * (cell.Shares[kind] / CellShare);
            Add((PageKind)kind, pages, pages * (cell.Heats[kind] / CellHeat));
        }
    }

    /// <summary>Adds another mix.</summary>
    public void Add(in HeatMix other)
    {
        for (int kind = 0; kind < PerKind<double>.Kinds; kind++)
        {
            Add((PageKind)kind, other.Pages[kind], other.Seen[kind]);
        }
    }

    /// <summary>The same as a cell of a round.</summary>
    public readonly HeatCell ToCell()
    {
        HeatCell cell = HeatCell.OfPages((long)Math.Round(Mapped));
        for (int kind = 0; kind < PerKind<double>.Kinds; kind++)
        {
            cell.Shares[kind] = (ushort)Math.Round(ShareOf((PageKind)kind) * CellShare);
            cell.Heats[kind] = (byte)Math.Round(Math.Clamp(HeatOf((PageKind)kind), 0, 1) * CellHeat);
        }

        return cell;
    }
}
