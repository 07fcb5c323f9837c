namespace Terrace.Linux.Folios;

/// <summary>What the kernel says of page frames.</summary>
internal interface IFrameFlags
{
    /// <summary>
    /// Reads the flags of consecutive frames (Documentation/admin-guide/mm/pagemap.rst); how many, fewer where memory ends, 0 when they
    /// cannot be read.
    /// </summary>
    int Read(ulong frame, Span<ulong> flags);
}
