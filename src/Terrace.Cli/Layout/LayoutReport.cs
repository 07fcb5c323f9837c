namespace Terrace.Cli.Layout;

/// <summary>What <c>terrace layout</c> did and found, as <c>--json</c> writes it. Pages are of 4 KiB.</summary>
internal sealed record LayoutReport
{
    public required string Memory { get; init; }

    /// <summary>Addresses are guest-physical, not places in a file.</summary>
    public required bool IsGuest { get; init; }

    public required ulong Pages { get; init; }

    /// <summary>One of <see cref="LayoutOutcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>One of <see cref="LayoutPhase"/>.</summary>
    public required string Phase { get; init; }

    /// <summary>What the layout was asked for with; null where Terrace has set none.</summary>
    public string? Command { get; init; }

    /// <summary>The page from which on there is still to do; null when nothing is.</summary>
    public ulong? Point { get; init; }

    /// <summary>The node that was full; null when none was.</summary>
    public int? FullNode { get; init; }

    /// <summary>What became of the memory; null while it is there.</summary>
    public string? What { get; init; }

    /// <summary>Pages allocated later follow the layout too.</summary>
    public bool NewPagesFollow { get; init; }

    /// <summary>Pages in memory; those that are not have no node.</summary>
    public long InUsePages { get; init; }

    /// <summary>Pages that are on another node than the layout says.</summary>
    public long ElsewherePages { get; init; }

    public long MovedPages { get; init; }

    public double Milliseconds { get; init; }

    public IReadOnlyList<LayoutNodeReport> Nodes { get; init; } = [];

    public IReadOnlyList<LayoutRangeReport> Ranges { get; init; } = [];
}
