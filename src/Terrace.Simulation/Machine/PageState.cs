namespace Terrace.Simulation.Machine;

/// <summary>
/// One byte per page, so that an access is one load and one store:
/// <code>
/// bit   7        6            5       4                                      3..0
///       accessed not present  active  of the folio of the page before it     place, which is the node's index
/// </code>
/// </summary>
internal static class PageState
{
    public const byte Accessed = 0x80;
    public const byte NotPresent = 0x40;

    /// <summary>On the active list of the kernel's reclaim (<see cref="SimulatedReclaim"/>).</summary>
    public const byte Active = 0x20;

    /// <summary>Joined with the page before it to a folio (<see cref="Terrace.Core.Machine.FolioRuns"/>).</summary>
    public const byte Joined = 0x10;

    /// <summary>What a page keeps when it goes to another node.</summary>
    public const byte Kept = Accessed | Active;

    public const int NodeMask = 15;

    /// <summary>How far each bit is from bit 7, for gathering it from many bytes at once.</summary>
    public const int NotPresentShift = 1;
    public const int JoinedShift = 3;
    public const int PlaceFourthShift = 4;
    public const int PlaceThirdShift = 5;
    public const int PlaceHighShift = 6;
    public const int PlaceLowShift = 7;
}
