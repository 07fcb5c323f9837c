namespace Terrace.Linux.Mappings;

/// <summary>Tells where in physical memory the pages of one address space are now.</summary>
internal interface IFrameLookup
{
    /// <summary>
    /// Fills in the frame of each of a chunk's 512 pages, 0 where there is none; false when nothing could be told, and
    /// <paramref name="frames"/> means nothing. May be asked in the middle of any process's scan.
    /// </summary>
    bool TryFramesOf(ulong chunk, Span<ulong> frames);
}
