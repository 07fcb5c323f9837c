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

    /// <summary>The same while the kernel puts pages together that were split: by default eight in ten seconds.</summary>
    private static readonly TimeSpan s_disputedRest = TimeSpan.FromSeconds(2);

    /// <summary>Moves on to what comes after the moves.</summary>
    private void EndMoves(TieringTarget target)
    {
        if (HasHugePagesToDo(target))
        {
            target.Phase = TargetPhase.HugePages;
            DueIn(target, TimeSpan.Zero);
            return;
        }

        BeginRanking(target);
    }

    private bool HasHugePagesToDo(TieringTarget target)
    {
        if (target.Process.HugePages is null
            || target.Options.DryRun
            || target.Rounds < RoundsBeforeSplitting
            || target.Report.BackOff != BackOffReasons.None)
        {
            return false;
        }

        long begun = time.GetTimestamp();
        SkewTerms terms = new(
            target.Heat,
            target.Economics,
            target.Options.Horizon,
            target.Report.Pages.Mapped,
            target.Report.Pages.Budget,
            target.CoveredTime,
            time.GetElapsedTime(startedAt),
            target.HotRates.Of(inFastMemory: true));
        bool any = false;
        if (target.Options.HugePages == HugePagePolicy.Keep)
        {
            target.HugePages.Keep(in terms);
        }
        else
        {
            any = target.HugePages.EndRound(in terms);
        }

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
            BeginRanking(target);
        }

        return true;
    }

    private void BeginRanking(TieringTarget target)
    {
        TimeSpan now = time.GetElapsedTime(startedAt);
        if (target.Process.HugePages is null
            || target.Options.DryRun
            || target.Report.BackOff != BackOffReasons.None
            || !target.HugePages.IsScarce
            || target.HugePages.IsSampling
            || now < target.Ranking.Due)
        {
            BeginSharing(target);
            return;
        }

        target.Ranking.Begin(target.Heat);
        (target.BatchClearedAt, target.Phase) = (null, TargetPhase.Rank);
        DueIn(target, TimeSpan.Zero);
    }

    private bool Rank(TieringTarget target)
    {
        long begun = time.GetTimestamp();
        TimeSpan clearing = TimeSpan.Zero;
        if (target.BatchClearedAt is null)
        {
            bool any = target.Ranking.ClearBatch(target.Process.HugePages!);
            target.BatchClearedAt = begun;
            clearing = time.GetElapsedTime(begun);
            if (any && target.Ranking.Wait > TimeSpan.Zero)
            {
                AddRankingTime(target, clearing);
                DueIn(target, target.Ranking.Wait);
                return true;
            }
        }

        long looked = time.GetTimestamp();
        TimeSpan covered = time.GetElapsedTime(target.BatchClearedAt.Value, looked);
        target.BatchClearedAt = null;
        TimeSpan took = time.GetElapsedTime(begun);
        bool more = target.Ranking.LookAtBatch(target.Process.Tracker, covered, took, time.GetElapsedTime(startedAt));
        AddRankingTime(target, time.GetElapsedTime(begun));
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

    /// <summary>The longest rest: rounds are to follow soon while a sample is watched, and when the next ranking is due.</summary>
    private TimeSpan HugePageRest(TieringTarget target)
    {
        TimeSpan now = time.GetElapsedTime(startedAt);
        TimeSpan due = target.Ranking.Due - now;
        return target.Options.DryRun || target.Report.BackOff != BackOffReasons.None ? TimeSpan.MaxValue
            : target.HugePages.IsSampling ? s_samplingRest
            : target.HugePages.IsDisputed(now) ? s_disputedRest
            : !target.HugePages.IsScarce ? TimeSpan.MaxValue
            : due > s_samplingRest ? due
            : s_samplingRest;
    }

    private static void AddRankingTime(TieringTarget target, TimeSpan took) =>
        target.Report.HugePages = target.Report.HugePages with { Time = target.Report.HugePages.Time + took };

    private void NoteHugePages(TieringTarget target, long begun) => target.Report.HugePages =
        target.HugePages.Done with { Time = target.Report.HugePages.Time + time.GetElapsedTime(begun) };
}
