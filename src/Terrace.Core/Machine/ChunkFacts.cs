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

    /// <summary>Low bit of each page's place.</summary>
    public BitPlane PlaceLow;

    /// <summary>High bit of each page's place.</summary>
    public BitPlane PlaceHigh;

    /// <summary>True when the chunk is one huge page: every bit of a plane is then the same and it moves as one.</summary>
    public bool IsHuge;

    /// <summary>
    /// Which of the process's areas the present pages are of (see <see cref="Machine.FastArea"/>), counted from 1; 0 for none.
    /// </summary>
    public byte Area;
}
