namespace Terrace.Reports.Pictures;

/// <summary>What the curves need to know of one round of one process. Pages are base pages.</summary>
/// <param name="Pages">Mapped.</param>
/// <param name="FastPages">In fast memory after its moves.</param>
/// <param name="Budget">How many may be there.</param>
/// <param name="Touched">Accessed in at least one scan.</param>
/// <param name="Hits">Share of accesses that fast memory is estimated to serve.</param>
/// <param name="Promoted">Went up.</param>
/// <param name="Demoted">Went down.</param>
internal readonly record struct RoundShares(
    long Pages, long FastPages, long Budget, long Touched, double Hits, long Promoted = 0, long Demoted = 0);
