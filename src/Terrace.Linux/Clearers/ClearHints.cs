using Terrace.Linux.Folios;

namespace Terrace.Linux.Clearers;

/// <summary>What the last read of a process found out that the next clear needs; 0 and null for nothing.</summary>
internal sealed class ClearHints
{
    /// <summary>A base page that can be spared for a moment: <see cref="TlbFlush"/> lends it to another node.</summary>
    public ulong SparePage { get; set; }

    /// <summary>Some of the pages that were accessed.</summary>
    public AccessedSample Sample { get; } = new();

    /// <summary>
    /// A page that guests were seen to access, so that their second-level page tables map it: KVM flushes a guest's translations
    /// only when such a page moves.
    /// </summary>
    public ulong GuestPage { get; set; }

    /// <summary>Clears what guests of the process accessed, and the process's own accessed bits on the way; null for no guest.</summary>
    public GenerationAging? Guests { get; set; }

    /// <summary>What is known of folios; null where there are none.</summary>
    public FolioFinder? Folios { get; set; }

    /// <summary>
    /// Keeps of ascending addresses those for which MADV_COLD splits no folio: moves them to the start, and returns how many.
    /// </summary>
    public int KeepUnsplit(Span<ulong> pages) => Folios?.KeepWhole(pages, FolioSource.StayWholeWhenCold) ?? pages.Length;
}
