namespace Terrace.Reports.Pictures;

/// <summary>One bucket of addresses in one column of time, 16 bytes.</summary>
internal struct HeatCell
{
    // Mapped pages plus one; 0 when no round ended in this column.
    private uint _pages;

    /// <summary>Part of the mapped pages that is of each kind, in 65535ths.</summary>
    public PerKind<ushort> Shares;

    /// <summary>Mean part of a round's scans that saw a page of the kind accessed, in 255ths.</summary>
    public PerKind<byte> Heats;

    /// <summary>A cell of a round that found as many pages, of which nothing else is known yet.</summary>
    public static HeatCell OfPages(long mapped) => new() { _pages = (uint)Math.Clamp(mapped + 1, 1, uint.MaxValue) };

    /// <summary>A round ended in this column; else the cell says nothing and the one before it still holds.</summary>
    public readonly bool Sampled => _pages != 0;

    /// <summary>Mapped pages; 0 when there is none or no round ended.</summary>
    public readonly uint MappedPages => Sampled ? _pages - 1 : 0;

    /// <summary>Two columns as one: what was true at its end.</summary>
    public static HeatCell Later(in HeatCell first, in HeatCell second) => second.Sampled ? second : first;

    /// <summary>Two buckets as one.</summary>
    public static HeatCell Merge(in HeatCell a, in HeatCell b)
    {
        if (!a.Sampled || !b.Sampled)
        {
            return a.Sampled ? a : b;
        }

        HeatMix mix = default;
        mix.Add(a);
        mix.Add(b);
        return mix.ToCell();
    }
}
