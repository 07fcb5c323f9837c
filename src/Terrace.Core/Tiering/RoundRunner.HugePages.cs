using Terrace.Core.HugePages;
using Terrace.Core.Migration;

namespace Terrace.Core.Tiering;

/// <content>After a round's moves: huge pages of which a part only is hot are split.</content>
internal sealed partial class RoundRunner
{
    /// <summary>From then on it is known how hot huge pages are.</summary>
    private const int RoundsBeforeSplitting = 4;

    /// <summary>Others wait no longer than that while huge pages are split.</summary>
    private static readonly TimeSpan s_splittingSlice = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest rest while a sample is being watched.</summary>
    private static readonly TimeSpan s_samplingRest = TimeSpan.FromMilliseconds(500);

    /// <summary>Moves on to what comes after the moves.</summary>
    private void EndMoves(TieringTarget target)
    {
        if (HasHugePagesToDo(target))
        {
            target.Phase = TargetPhase.HugePages;
            DueIn(target, TimeSpan.Zero);
            return;
        }

        BeginSharing(target);
    }

    private bool HasHugePagesToDo(TieringTarget target)
    {
        if (target.Process.HugePages is null || target.Options.DryRun || target.Options.HugePages == HugePagePolicy.Keep)
        {
            // What is split by now stays so; it is nobody's any more.
            target.HugePages.Clear();
            return false;
        }

        if (target.Rounds < RoundsBeforeSplitting || target.Report.BackOff != BackOffReasons.None)
        {
            return false;
        }

        long begun = time.GetTimestamp();
        bool any = target.HugePages.EndRound(new SkewTerms(
            target.Heat,
            target.Economics,
            target.Options.Horizon,
            target.Report.Pages.Mapped,
            target.Report.Pages.Budget,
            target.CoveredTime,
            time.GetElapsedTime(startedAt),
            target.HotRates.Of(inFastMemory: true)));
        NoteHugePages(target, begun);
        return any;
    }

    private bool DoHugePages(TieringTarget target)
    {
        long begun = time.GetTimestamp();
        TimeSpan now = time.GetElapsedTime(startedAt);
        bool more = true;
        while (more && time.GetElapsedTime(begun) < s_splittingSlice)
        {
            more = target.HugePages.DoOne(target.Process.HugePages!, target.Heat, now);
        }

        NoteHugePages(target, begun);
        if (more)
        {
            DueIn(target, TimeSpan.Zero);
        }
        else
        {
            BeginSharing(target);
        }

        return true;
    }

    private void NoteHugePages(TieringTarget target, long begun) => target.Report.HugePages =
        target.HugePages.Done with { Time = target.Report.HugePages.Time + time.GetElapsedTime(begun) };
}
