namespace Terrace.Reports.Pictures;

/// <summary>All targets together at the end of one column of time.</summary>
internal readonly record struct SharePoint
{
    /// <summary>Rounds that ended in this column; what is said of pages holds when there was one.</summary>
    public int Rounds { get; init; }

    /// <summary>Share of the pages that are in fast memory.</summary>
    public float FastPages { get; init; }

    /// <summary>Share of the pages that may be in fast memory.</summary>
    public float Budget { get; init; }

    /// <summary>Share of the accesses that fast memory is estimated to serve.</summary>
    public float Hits { get; init; }

    /// <summary>Seconds of which accesses were counted exactly (simulations).</summary>
    public int Counted { get; init; }

    /// <summary>Share of those accesses that fast memory served.</summary>
    public float ExactHits { get; init; }

    /// <summary>Pages that went up.</summary>
    public long Promoted { get; init; }

    /// <summary>Pages that went down.</summary>
    public long Demoted { get; init; }

    /// <summary>Two columns as one: moves of both, and else what was true at its end.</summary>
    public static SharePoint Merge(in SharePoint first, in SharePoint second)
    {
        SharePoint later = second.Rounds > 0 ? second : first;
        int counted = first.Counted + second.Counted;
        return later with
        {
            Rounds = first.Rounds + second.Rounds,
            Counted = counted,
            ExactHits = counted == 0 ? 0 : ((first.ExactHits * first.Counted) + (second.ExactHits * second.Counted)) / counted,
            Promoted = first.Promoted + second.Promoted,
            Demoted = first.Demoted + second.Demoted,
        };
    }
}
