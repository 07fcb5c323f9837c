namespace Terrace.Cli.Run;

/// <summary>One process over the whole run.</summary>
internal sealed record TargetSummary
{
    public int Pid { get; init; }

    public string Name { get; set; } = "";

    /// <summary>It exited meanwhile.</summary>
    public bool Gone { get; set; }

    public long Rounds { get; set; }

    /// <summary>Managed pages at the end.</summary>
    public long Pages { get; set; }

    /// <summary>Pages in fast memory before the first move.</summary>
    public long FastPagesBefore { get; set; }

    /// <summary>Managed pages before the first move.</summary>
    public long PagesBefore { get; set; }

    /// <summary>Pages in fast memory at the end.</summary>
    public long FastPages { get; set; }

    /// <summary>Pages that it might have in fast memory at the end.</summary>
    public long BudgetPages { get; set; }

    /// <summary>
    /// Some round found a page that was accessed lately; without one an estimate of accesses says nothing. Not part of JSON.
    /// </summary>
    internal bool IsWarm { get; set; }

    /// <summary>Share of accesses that fast memory served before the first move, estimated from heat.</summary>
    public double HitsBefore { get; set; }

    /// <summary>The same at the end.</summary>
    public double Hits { get; set; }
}
