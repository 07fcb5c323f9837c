namespace Terrace.Reports.Pictures;

/// <summary>One bucket of addresses in one column of time, 12 bytes.</summary>
internal struct HeatCell
{
    /// <summary>Mean over the bucket's mapped pages of the heat that lies in fast memory, in 65535ths of the highest heat.</summary>
    public ushort FastHeat;

    /// <summary>The same for slower memory. Both together are the bucket's mean heat.</summary>
    public ushort SlowHeat;

    /// <summary>Mapped pages in fast memory, in 255ths of the mapped pages.</summary>
    public byte FastShare;

    /// <summary>A round ended in this column; else the cell says nothing and the one before it still holds.</summary>
    public bool Sampled;

    /// <summary>Mapped pages; 0 when none is.</summary>
    public uint MappedPages;

    /// <summary>Heat in any memory.</summary>
    public readonly int Heat => Math.Min(FastHeat + SlowHeat, ushort.MaxValue);

    /// <summary>Two buckets as one: weighted by their mapped pages.</summary>
    public static HeatCell Merge(in HeatCell a, in HeatCell b)
    {
        if (!a.Sampled || !b.Sampled)
        {
            return a.Sampled ? a : b;
        }

        return new HeatCell
        {
            Sampled = true,
            MappedPages = (uint)Math.Min((long)a.MappedPages + b.MappedPages, uint.MaxValue),
            FastHeat = (ushort)Mean(a.FastHeat, b.FastHeat, a.MappedPages, b.MappedPages),
            SlowHeat = (ushort)Mean(a.SlowHeat, b.SlowHeat, a.MappedPages, b.MappedPages),
            FastShare = (byte)Mean(a.FastShare, b.FastShare, a.MappedPages, b.MappedPages),
        };
    }

    /// <summary>Two columns as one: of the same addresses, so that their pages do not add up.</summary>
    public static HeatCell MergeColumns(in HeatCell a, in HeatCell b)
    {
        HeatCell merged = Merge(a, b);
        merged.MappedPages = a.Sampled && b.Sampled ? (merged.MappedPages + 1) / 2 : merged.MappedPages;
        return merged;
    }

    private static long Mean(long a, long b, long weightA, long weightB) =>
        weightA + weightB == 0 ? 0 : ((a * weightA) + (b * weightB)) / (weightA + weightB);
}
