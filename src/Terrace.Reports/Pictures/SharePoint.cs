namespace Terrace.Reports.Pictures;

/// <summary>All targets together in one column of time.</summary>
/// <param name="Sampled">A round ended in this column.</param>
/// <param name="FastPages">Share of the pages that are in fast memory.</param>
/// <param name="Hits">Share of the accesses that fast memory is estimated to serve.</param>
/// <param name="ExactHits">The same counted exactly where that is known (simulations), else NaN.</param>
internal readonly record struct SharePoint(bool Sampled, float FastPages, float Hits, float ExactHits)
{
    public static SharePoint Merge(in SharePoint a, in SharePoint b) =>
        !a.Sampled ? b with { ExactHits = Known(b.ExactHits, a.ExactHits) }
        : !b.Sampled ? a with { ExactHits = Known(a.ExactHits, b.ExactHits) }
        : new SharePoint(
            true,
            (a.FastPages + b.FastPages) / 2,
            (a.Hits + b.Hits) / 2,
            float.IsNaN(a.ExactHits) || float.IsNaN(b.ExactHits) ? Known(a.ExactHits, b.ExactHits) : (a.ExactHits + b.ExactHits) / 2);

    private static float Known(float first, float second) => float.IsNaN(first) ? second : first;
}
