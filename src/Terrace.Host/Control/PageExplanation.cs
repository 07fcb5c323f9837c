namespace Terrace.Host.Control;

/// <summary>Where a page is, how hot, and why it is there.</summary>
internal sealed record PageExplanation
{
    public int Pid { get; init; }

    public required string Name { get; init; }

    public required string Group { get; init; }

    public required string Address { get; init; }

    /// <summary>The mapping that it is part of, as /proc/PID/maps names it; null when there is none.</summary>
    public string? Mapping { get; init; }

    /// <summary>The area with a share of its own that it is part of, and the share; budget and fast memory are then the area's.</summary>
    public string? Area { get; init; }

    /// <summary>How the mapping's pages are treated, <c>hot</c>, <c>cold</c> or <c>ignore</c>; null for by their heat.</summary>
    public string? Treatment { get; init; }
    /// <summary>True when that mapping is memory of QEMU's guest, as far as its command line and mappings tell.</summary>
    public bool GuestMemory { get; init; }

    /// <summary>The guest-physical address; null when it is not known.</summary>
    public string? GuestAddress { get; init; }

    /// <summary>False when the last scan saw no page there that can be moved.</summary>
    public bool Known { get; init; }

    public bool Huge { get; init; }

    /// <summary>What moves with it, when it is of a folio of less than 2 MiB; 0 for a page alone.</summary>
    public long FolioBytes { get; init; }

    public int? Tier { get; init; }

    public IReadOnlyList<int> Nodes { get; init; } = [];

    /// <summary>0 to 30: every round adds its count to half of what was.</summary>
    public int? Heat { get; init; }

    /// <summary>Scans of the round so far, or of the last one, that saw it accessed.</summary>
    public int? Count { get; init; }

    public int Scans { get; init; }

    /// <summary>Heat from which on a page of this process belongs into fast memory.</summary>
    public int HotThreshold { get; init; }

    /// <summary>Rounds for which it still rests after a move.</summary>
    public int? RestingRounds { get; init; }

    public long BudgetBytes { get; init; }

    public long FastBytes { get; init; }

    public required string Why { get; init; }

    public required string WhatWouldMoveIt { get; init; }
}
