namespace Terrace.Reports.Pictures;

/// <summary>What distinguishes pages in a picture, in the order in which a mixed row shows them.</summary>
internal enum PageKind
{
    /// <summary>Seen in at least half of a round's scans, in fast memory.</summary>
    OftenFast,

    /// <summary>Seen in at least half of a round's scans, in slower memory.</summary>
    OftenSlow,

    /// <summary>Seen less often or not at all, in fast memory.</summary>
    RareFast,

    /// <summary>Seen less often or not at all, in slower memory.</summary>
    RareSlow,
}
