using Terrace.Core.Machine;
using Terrace.Core.Migration;

namespace Terrace.Cli.Run;

/// <summary>Base pages by what became of their move, in one direction.</summary>
internal sealed record MoveCounts
{
    public long Moved { get; init; }

    public long AlreadyThere { get; init; }

    public long Busy { get; init; }

    public long Gone { get; init; }

    public long NoMemory { get; init; }

    public long Denied { get; init; }

    public long ProcessGone { get; init; }

    /// <summary>What a tally counted.</summary>
    public static MoveCounts Of(MoveTally tally) => new()
    {
        Moved = tally[MoveResult.Moved],
        AlreadyThere = tally[MoveResult.AlreadyThere],
        Busy = tally[MoveResult.Busy],
        Gone = tally[MoveResult.Gone],
        NoMemory = tally[MoveResult.NoMemory],
        Denied = tally[MoveResult.Denied],
        ProcessGone = tally[MoveResult.ProcessGone],
    };
}
