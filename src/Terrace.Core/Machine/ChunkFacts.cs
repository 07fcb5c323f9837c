namespace Terrace.Core.Machine;

/// <summary>
/// What one scan saw of one chunk: which of its pages are mapped, which were accessed since the accessed bits were last
/// cleared, and the place (see <see cref="Machine.PlaceMap"/>) each lies in. Bits of pages that are not present are ignored.
/// A tracker keeps one of these and fills it again for every chunk, so that scanning allocates nothing.
/// </summary>
public struct ChunkFacts
{
    /// <summary>Pages that are mapped and that Terrace may move.</summary>
    public BitPlane Present;

    /// <summary>Pages accessed since the last clear.</summary>
    public BitPlane Accessed;

    /// <summary>First bit of each page's place.</summary>
    public BitPlane PlaceLow;

    /// <summary>Second bit of each page's place.</summary>
    public BitPlane PlaceHigh;

    /// <summary>Third bit of each page's place; filled only where there are more than four places (<see cref="PlaceMap.Bits"/>).</summary>
    public BitPlane PlaceThird;

    /// <summary>Fourth bit of each page's place; filled as the third is.</summary>
    public BitPlane PlaceFourth;

    /// <summary>True when the chunk is one huge page: every bit of a plane is then the same and it moves as one.</summary>
    public bool IsHuge;

    /// <summary>True when <see cref="Joined"/> is filled: some of the pages are of folios.</summary>
    public bool HasFolios;

    /// <summary>
    /// Pages that are of the same folio as the page before them, whether present or not (<see cref="FolioRuns"/>). What moves one page
    /// of a folio moves all.
    /// </summary>
    public BitPlane Joined;

    /// <summary>
    /// Which of the process's areas the present pages are of (see <see cref="Machine.FastArea"/>), counted from 1; 0 for none.
    /// </summary>
    public byte Area;

    /// <summary>Puts all pages in one place.</summary>
    public void FillPlace(int place)
    {
        PlaceLow.Fill((place & 1) != 0 ? ulong.MaxValue : 0);
        PlaceHigh.Fill((place & 2) != 0 ? ulong.MaxValue : 0);
        PlaceThird.Fill((place & 4) != 0 ? ulong.MaxValue : 0);
        PlaceFourth.Fill((place & 8) != 0 ? ulong.MaxValue : 0);
    }

    /// <summary>Puts some of the 64 pages from <c>word × 64</c> on in a place; they are in place 0 so far.</summary>
    public void AddToPlace(int word, ulong pages, int place)
    {
        PlaceLow.AsWords()[word] |= (place & 1) != 0 ? pages : 0;
        PlaceHigh.AsWords()[word] |= (place & 2) != 0 ? pages : 0;
        PlaceThird.AsWords()[word] |= (place & 4) != 0 ? pages : 0;
        PlaceFourth.AsWords()[word] |= (place & 8) != 0 ? pages : 0;
    }

    /// <summary>The 64 pages from <c>word × 64</c> on that are in places of a bit mask, mapped or not.</summary>
    public readonly ulong PagesIn(int word, int places) =>
        PlaceMask.Of(places, PlaceLow[word], PlaceHigh[word], PlaceThird[word], PlaceFourth[word]);
}
