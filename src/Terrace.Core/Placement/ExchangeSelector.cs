using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Placement;

/// <summary>
/// Turns an exchange plan, which counts pages, into moves of pages. Huge pages and folios move whole, so what is chosen can fall short of
/// what was planned by up to
/// one of them: nothing goes down then to make room for what does not come up, and base pages of the nearest heat fill what would
/// be left of the budget. Where there are none, huge pages come as near to it as they can, from either side.
/// One for each address space and area of it.
/// </summary>
public sealed class ExchangeSelector
{
    /// <summary>With as many pages left, a whole huge page comes nearer to what is asked for than none.</summary>
    private const int MoreThanHalf = (Chunk.Pages / 2) + 1;

    private readonly PageSelector _up = new();
    private readonly PageSelector _down = new();

    /// <summary>Adds an exchange's moves to a plan; returns how many base pages they are.</summary>
    /// <param name="heat">The heat map.</param>
    /// <param name="area">Which area's pages; 0 for those of none.</param>
    /// <param name="exchange">What to exchange.</param>
    /// <param name="terms">What bounds it.</param>
    /// <param name="up">Where pages of each place below the boundary go.</param>
    /// <param name="down">Where pages of each place above it go.</param>
    /// <param name="plan">Takes the moves.</param>
    public ExchangedPages Select(
        HeatMap heat,
        int area,
        ExchangePlan exchange,
        in ExchangeTerms terms,
        ReadOnlySpan<MoveRoute> up,
        ReadOnlySpan<MoveRoute> down,
        MovePlan plan)
    {
        long tolerance = ExchangePlanner.Tolerance(terms.BudgetPages);
        bool onlyHuge = exchange.Up.Pages + exchange.Down.Pages > 0 && !heat.HasSmallPages(area, terms.LowerPlaces, Chunk.Pages);
        int leastForHuge = onlyHuge && terms.UpperRoomPages >= Chunk.Pages ? MoreThanHalf : Chunk.Pages;
        long promoted = _up.Select(heat, area, exchange.Up, terms.LowerPlaces, isPromotion: true, up, plan, leastForHuge);
        long toFill = exchange.Up.Pages - exchange.Down.Pages - promoted;
        for (int bound = exchange.Up.Bound - 1; toFill > tolerance && bound >= terms.MinFillHeat; bound--)
        {
            long more = _up.Select(
                heat, area, new(bound, 0, toFill), terms.LowerPlaces, isPromotion: true, up, plan, PageSelector.NoHugePages);
            promoted += more;
            toFill -= more;
        }

        // As many fewer go down as did not come up. What exceeds the budget by more than its tolerance takes a whole huge page
        // with it: base pages fill the gap later, where there are any.
        long spare = Math.Min(exchange.Down.Pages, Math.Max(0, exchange.Up.Pages - promoted));
        HeatCut coldest = exchange.Down.Truncate(exchange.Down.Pages - spare);
        long demoted = _down.Select(
            heat, area, coldest, terms.UpperPlaces, isPromotion: false, down, plan, LeastToDrain(tolerance, onlyHuge));
        return new(promoted, demoted);
    }

    private static long LeastToDrain(long tolerance, bool onlyHuge) =>
        Math.Min(Chunk.Pages, onlyHuge ? Math.Max(MoreThanHalf, tolerance + 1) : tolerance + 1);
}
