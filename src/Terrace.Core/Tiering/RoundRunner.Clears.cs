using Terrace.Core.Machine;

namespace Terrace.Core.Tiering;

/// <content>Clears accessed bits, at once or in pieces.</content>
internal sealed partial class RoundRunner
{
    /// <summary>After a part of what takes long to prepare, others have this many times as long.</summary>
    private const int RestOfPart = 9;

    /// <summary>The same of a clear that is made in pieces: what it covers is to be of one time.</summary>
    private const int RestOfPiece = 1;

    /// <summary>What continues is asked again after this part (1 in N) of the time that it has continued.</summary>
    private const int PartOfWait = 8;

    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_noPart = TimeSpan.FromMilliseconds(1);

    private bool Clear(TieringTarget target)
    {
        if (!target.IsClearing)
        {
            LookBeforeClear(target);
            (target.IsClearing, target.ClearBegunAt) = (true, time.GetTimestamp());
        }

        target.Process.Clearer.MaxStall = target.Options.MaxStall;
        ScanOutcome outcome = target.Process.Clearer.Clear(target.Heat.Awake);
        if (outcome.Status == ScanStatus.Unfinished)
        {
            AskAgain(target, outcome.Duration, outcome.LongestPiece is null ? RestOfPart : RestOfPiece);
            return true;
        }

        (target.IsClearing, target.UnreadySince) = (false, null);
        target.Heat.ClearedAwakeOnly = outcome.ChosenOnly;
        target.ClearedAt = ClearedAt(target, outcome);
        target.Report.Cost += new RoundCost { Clear = outcome.Duration, LongestClear = outcome.Stall };
        target.LongestInPieces = outcome.LongestPiece is not null && outcome.Duration > target.LongestInPieces
            ? outcome.Duration
            : target.LongestInPieces;
        if (target.LastRead > TimeSpan.Zero && target.LastRead + outcome.Duration < target.CheapestScan)
        {
            target.CheapestScan = target.LastRead + outcome.Duration;
        }

        target.ShortestClear = outcome.Stall < target.ShortestClear ? outcome.Stall : target.ShortestClear;
        // Pages that processors had translations of show accesses only after the flush, which came last.
        TimeSpan interval = target.Cadence.Interval;
        TimeSpan left = interval - outcome.Ago;
        DueIn(target, left > interval / 2 ? left : interval / 2);
        if (outcome.Status == ScanStatus.Complete)
        {
            BeginGlances(target);
        }

        return Heed(target, outcome);
    }

    /// <summary>
    /// From when on the interval is measured. Of a clear in pieces, the middle of it: the pages of its first piece are watched for
    /// longer than those of its last one. Of one that continued by itself, its end, and not when that became known.
    /// </summary>
    private long ClearedAt(TieringTarget target, ScanOutcome outcome)
    {
        long now = time.GetTimestamp();
        return outcome.LongestPiece is null ? now - Ticks(outcome.Ago) : now - ((now - target.ClearBegunAt) / 2);
    }

    // What took some time was a part of it; what took none waits for something, the longer the more rarely it is asked.
    private void AskAgain(TieringTarget target, TimeSpan took, int restOfPart = RestOfPart)
    {
        target.UnreadySince ??= time.GetTimestamp();
        TimeSpan waited = time.GetElapsedTime(target.UnreadySince.Value) / PartOfWait;
        TimeSpan rest = took >= s_noPart ? took * restOfPart : waited < s_longestAgain ? waited : s_longestAgain;
        DueIn(target, rest > s_again ? rest : s_again);
    }
}
