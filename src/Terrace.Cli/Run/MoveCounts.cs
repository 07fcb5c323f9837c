using Terrace.Core.Machine;
using Terrace.Core.Migration;

namespace Terrace.Cli.Run;

/// <summary>Base pages by what became of their move, in one direction.</summary>
internal sealed record MoveCounts
{
    public long Moved { get; set; }

    public long AlreadyThere { get; set; }

    public long Busy { get; set; }

    public long Gone { get; set; }

    public long NoMemory { get; set; }

    public long Denied { get; set; }

    public long ProcessGone { get; set; }

    /// <summary>Adds a round's.</summary>
    public void Add(MoveTally tally)
    {
        Moved += tally[MoveResult.Moved];
        AlreadyThere += tally[MoveResult.AlreadyThere];
        Busy += tally[MoveResult.Busy];
        Gone += tally[MoveResult.Gone];
        NoMemory += tally[MoveResult.NoMemory];
        Denied += tally[MoveResult.Denied];
        ProcessGone += tally[MoveResult.ProcessGone];
    }
}
