namespace Terrace.Cli.Run;

/// <summary>One process over the whole run.</summary>
internal sealed record TargetSummary
{
    // A program that ends gives its memory back first, or the kernel does so for it: rounds of that time see what is left.
    private const int KeptRounds = 8;
    private const int WholePart = 2;

    private readonly LastRound[] _last = new LastRound[KeptRounds];
    private int _noted;

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

    /// <summary>Pages that it lacked in fast memory after the last round; below zero, what it had there beyond its share.</summary>
    public long MissedPages { get; set; }

    /// <summary>What stood in its way; nothing when it had its share.</summary>
    public IReadOnlyList<string> MissedBecause { get; set; } = [];

    /// <summary>Nodes that were full for it.</summary>
    public IReadOnlyList<int> FullNodes { get; set; } = [];

    /// <summary>
    /// Some round found a page that was accessed lately; without one an estimate of accesses says nothing. Not part of JSON.
    /// </summary>
    internal bool IsWarm { get; set; }

    /// <summary>Share of accesses that fast memory served before the first move, estimated from heat.</summary>
    public double HitsBefore { get; set; }

    /// <summary>The same at the end.</summary>
    public double Hits { get; set; }

    /// <summary>Notes what a round found.</summary>
    public void Note(long pages, long fastPages, long budgetPages, double hits)
    {
        _last[_noted++ % KeptRounds] = new LastRound(pages, fastPages, budgetPages, hits);
        (Pages, FastPages, BudgetPages, Hits) = (pages, fastPages, budgetPages, hits);
    }

    /// <summary>
    /// The process has ended: what holds at its end is what the last round found that saw it whole, so with half of the pages at least
    /// that the rounds shortly before saw.
    /// </summary>
    public void End()
    {
        long most = _last.Max(round => round.Pages);
        for (int back = 1; back <= Math.Min(_noted, KeptRounds); back++)
        {
            LastRound round = _last[(_noted - back) % KeptRounds];
            if (round.Pages * WholePart >= most)
            {
                (Pages, FastPages, BudgetPages, Hits) = (round.Pages, round.FastPages, round.BudgetPages, round.Hits);
                return;
            }
        }
    }

    private readonly record struct LastRound(long Pages, long FastPages, long BudgetPages, double Hits);
}
