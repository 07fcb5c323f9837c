namespace Terrace.Linux.Interop;

/// <summary>What this process can give back of its own memory.</summary>
internal static unsafe class OwnMemory
{
    private const int MADV_DONTNEED = 4;

    /// <summary>
    /// Unmaps the pages of a range that holds only a file's own pages (MADV_DONTNEED): the next access maps them again
    /// from the page cache. Pages that were
    /// written would be lost. False when the range is not mapped any more, or locked.
    /// </summary>
    public static bool Unmap(ulong start, ulong end) => Libc.MAdvise((void*)start, (nuint)(end - start), MADV_DONTNEED) == 0;

    /// <summary>Gives the C library's free memory back to the kernel.</summary>
    public static void TrimHeap() => _ = Libc.MallocTrim(0);
}
