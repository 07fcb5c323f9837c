using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>What bounds one exchange between the pages above a tier boundary and those below it.</summary>
/// <param name="UpperPlaces">Bit mask of the places above the boundary.</param>
/// <param name="LowerPlaces">Bit mask of the places below it.</param>
/// <param name="BudgetPages">Pages the target may have above the boundary.</param>
/// <param name="UpperRoomPages">Pages that can be added above the boundary before headroom is touched; not above 0 when there is
/// none.</param>
/// <param name="MaxPages">Pages that may move in both directions together.</param>
/// <param name="MinFillHeat">Heat that a page needs to be moved into fast memory that nobody else needs.</param>
/// <param name="ExchangeAllowed">False until heat has been watched for several rounds: only the budget is kept then.</param>
/// <param name="MaxDrainHeat">Pages hotter than this stay above the boundary even beyond the budget.</param>
public readonly record struct ExchangeTerms(
    int UpperPlaces,
    int LowerPlaces,
    long BudgetPages,
    long UpperRoomPages,
    long MaxPages,
    int MinFillHeat,
    bool ExchangeAllowed,
    int MaxDrainHeat = HeatMap.HeatLevels - 1);
