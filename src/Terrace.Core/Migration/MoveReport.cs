namespace Terrace.Core.Migration;

/// <summary>What became of the pages that one round was to move. Reused from round to round.</summary>
public sealed class MoveReport
{
    /// <summary>What became of pages that were to go up, in base pages.</summary>
    public MoveTally Promoted { get; } = new();

    /// <summary>What became of pages that were to go down, in base pages.</summary>
    public MoveTally Demoted { get; } = new();

    /// <summary>Time spent in migration calls.</summary>
    public TimeSpan Time { get; internal set; }

    /// <summary>Pages that were planned, whatever became of them.</summary>
    public long Total => Promoted.Total + Demoted.Total;

    /// <summary>Pages that arrived, in either direction.</summary>
    public long Moved => Promoted.Moved + Demoted.Moved;

    /// <summary>Pages with a result, in either direction.</summary>
    public long this[Machine.MoveResult result] => Promoted[result] + Demoted[result];

    /// <summary>Sets every count and the time to 0.</summary>
    internal void Clear()
    {
        Promoted.Clear();
        Demoted.Clear();
        Time = TimeSpan.Zero;
    }
}
