namespace Terrace.Reports.Pictures;

/// <content>Columns of time, and what they say about all processes together.</content>
internal sealed partial class HeatRecorder
{
    private static readonly TimeSpan s_firstColumnTime = TimeSpan.FromMilliseconds(250);

    private readonly SharePoint[] _shares = new SharePoint[maxColumns];

    /// <summary>Time of one column.</summary>
    public TimeSpan ColumnTime { get; private set; } = s_firstColumnTime;

    /// <summary>Columns so far.</summary>
    public int Columns { get; private set; }

    /// <summary>How long the picture is: until something was last recorded, or until <see cref="End"/>.</summary>
    public TimeSpan Length { get; private set; }

    /// <summary>Rounds of all processes.</summary>
    public long Rounds { get; private set; }

    /// <summary>Says that the run ended now: what was true before it holds until then.</summary>
    public void End(TimeSpan at) => ColumnAt(at);

    /// <summary>Notes the share of accesses of the second that ends now, counted exactly.</summary>
    public void RecordExactHits(TimeSpan at, double share)
    {
        int column = ColumnAt(at);
        _shares[column] = SharePoint.Merge(_shares[column], new SharePoint { Counted = 1, ExactHits = (float)share });
    }

    /// <summary>Records a round of one process; the curves are over all.</summary>
    public void RecordShares(int pid, TimeSpan at, in RoundShares round)
    {
        int column = ColumnAt(at);
        _targets[TargetOf(pid)].Last = round;
        Rounds++;
        double pages = 0;
        double fast = 0;
        double budget = 0;
        double touched = 0;
        double hits = 0;
        foreach (HeatTarget target in _targets)
        {
            pages += target.Last.Pages;
            fast += target.Last.FastPages;
            budget += Math.Min(target.Last.Budget, target.Last.Pages);
            touched += target.Last.Touched;
            hits += target.Last.Touched * target.Last.Hits;
        }

        _shares[column] = SharePoint.Merge(
            _shares[column],
            new SharePoint
            {
                Rounds = 1,
                FastPages = pages > 0 ? (float)(fast / pages) : 0,
                Budget = pages > 0 ? (float)(budget / pages) : 0,
                Hits = (float)(touched > 0 ? hits / touched : round.Hits),
                Promoted = round.Promoted,
                Demoted = round.Demoted,
            });
    }

    /// <summary>Records what a round moved that was not finished: of its pages nothing is known.</summary>
    public void RecordMoves(TimeSpan at, long promoted, long demoted)
    {
        int column = ColumnAt(at);
        _shares[column] = SharePoint.Merge(_shares[column], new SharePoint { Promoted = promoted, Demoted = demoted });
    }

    /// <summary>The shares of a column, without looking back.</summary>
    public SharePoint PointAt(int column) => column < Columns ? _shares[column] : default;

    private int ColumnAt(TimeSpan at)
    {
        Length = at > Length ? at : Length;
        while (at / ColumnTime >= maxColumns)
        {
            MergeColumns();
        }

        int column = Math.Max(0, (int)(at / ColumnTime));
        for (; Columns <= column; Columns++)
        {
            _shares[Columns] = default;
        }

        return column;
    }

    private void MergeColumns()
    {
        ColumnTime *= 2;
        for (int row = 0; row < _rows.Count; row++)
        {
            Span<HeatCell> cells = _cells.AsSpan(_rows[row].Slot * maxColumns, maxColumns);
            for (int column = 0; column < maxColumns; column++)
            {
                cells[column] = 2 * column < maxColumns ? HeatCell.Later(cells[2 * column], cells[(2 * column) + 1]) : default;
            }
        }

        for (int column = 0; 2 * column < Columns; column++)
        {
            _shares[column] = SharePoint.Merge(_shares[2 * column], (2 * column) + 1 < Columns ? _shares[(2 * column) + 1] : default);
        }

        Columns = (Columns + 1) / 2;
    }
}
