namespace Terrace.Linux.Mappings;

/// <summary>The bits of an entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst).</summary>
internal static class PageEntry
{
    private const ulong Present = 1UL << 63;
    private const ulong File = 1UL << 61;
    private const ulong Exclusive = 1UL << 56;
    private const ulong FrameMask = (1UL << 55) - 1;

    /// <summary>True of an anonymous page that is mapped more than once, by other processes or at another address.</summary>
    public static bool IsCommon(ulong entry) => (entry & (Present | File | Exclusive)) == Present;

    /// <summary>Its frame; 0 where frames are not told (without CAP_SYS_ADMIN, which the service does not have).</summary>
    public static ulong FrameOf(ulong entry) => entry & FrameMask;

    /// <summary>An entry, for tests.</summary>
    internal static ulong Of(long frame, bool isExclusive, bool isFile = false) =>
        Present | (isExclusive ? Exclusive : 0) | (isFile ? File : 0) | (ulong)frame;
}
