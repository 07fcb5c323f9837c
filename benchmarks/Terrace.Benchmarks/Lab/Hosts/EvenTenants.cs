namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>
/// What has to be promoted so that equal tenants are served nearly alike while no fast memory is left unused: their hot pages, and as
/// much of the others as makes up for where these were at first. More than the misplaced hot bytes alone, which only suffice when fast
/// memory that others have is emptied and nobody gets it.
/// </summary>
internal static class EvenTenants
{
    private const int Steps = 1000;

    /// <summary>Pages that have to be promoted at least.</summary>
    /// <param name="start">Of each tenant, where its pages were when it began to be managed.</param>
    /// <param name="fastAtEnd">Pages of all of them in fast memory at the end.</param>
    /// <param name="spread">The largest hit share as a multiple of the smallest, at most.</param>
    public static long LeastPromoted(IReadOnlyList<Start> start, long fastAtEnd, double spread)
    {
        long hot = start.Sum(one => one.Hot - one.HotFast);
        double left = fastAtEnd - start.Sum(one => one.Hot);
        double least = double.PositiveInfinity;
        for (int step = 0; step <= Steps; step++)
        {
            // Of the pages that are not hot the one that has least has this part in fast memory, and the one that has most:
            double fewest = step / (double)Steps;
            double others = 1 - LoadLog.HotShare;
            double most = Math.Min(1, ((spread * (LoadLog.HotShare + (others * fewest))) - LoadLog.HotShare) / others);
            double kept = start.Sum(one => Math.Clamp(one.WarmFast, fewest * one.Warm, most * one.Warm));
            if (start.Sum(one => most * one.Warm) >= left && start.Sum(one => fewest * one.Warm) <= left)
            {
                double raised = start.Sum(one => Math.Max(0, (fewest * one.Warm) - one.WarmFast));
                least = Math.Min(least, raised + Math.Max(0, left - kept));
            }
        }

        return double.IsFinite(least) ? hot + (long)least : hot;
    }

    /// <summary>Pages of a tenant, and those of them in fast memory.</summary>
    internal sealed record Start(long Pages, long Hot, long Fast, long HotFast)
    {
        /// <summary>Pages that are not hot.</summary>
        public long Warm => Pages - Hot;

        /// <summary>Those in fast memory.</summary>
        public long WarmFast => Fast - HotFast;
    }
}
