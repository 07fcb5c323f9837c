using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <content>Looks between rounds at chunks that rest, a part of them after the other, so that none is unseen for long.</content>
internal sealed partial class RoundRunner
{
    /// <summary>One awakened chunk for N that do not rest calls for a round.</summary>
    private const int CallingPart = 64;

    /// <summary>Looks at all chunks that rest where the next clear is of all memory, and would lose what they were accessed for.</summary>
    private void LookBeforeClear(TieringTarget target)
    {
        HeatMap heat = target.Heat;
        bool isFirst = target.Phase != TargetPhase.Scan || heat.Scans == 0;
        if (heat.Looks is not null && heat.MustLookBeforeClear(isFirst))
        {
            long begun = time.GetTimestamp();
            target.Woken += heat.LookAtResting(target.Process.Tracker) ?? 0;
            target.Report.Cost += new RoundCost { Read = time.GetElapsedTime(begun) };
        }
    }

    private static bool LooksAtCold(TieringTarget target) => target.Heat is { Looks: not null, RestingChunks: > 0 };

    /// <summary>
    /// Looks at those that are due. True when that is all for now: a round begins at once where more than a few are in use again, else the
    /// next look is due a little later. False when it is also time to look at a sample of the others.
    /// </summary>
    private bool LookAtCold(TieringTarget target)
    {
        long begun = time.GetTimestamp();
        HeatMap heat = target.Heat;
        heat.Looks!.MoveTo(time.GetElapsedTime(startedAt));
        int? woken = heat.LookAtDue(target.Process.Tracker);
        target.Report.Cost += new RoundCost { Read = time.GetElapsedTime(begun) };
        target.Woken += woken ?? 0;
        if (woken is null)
        {
            heat.Looks.Miss();
        }

        bool calls = woken is null || target.Woken > (heat.Chunks - heat.RestingChunks) / CallingPart;
        if (calls && begun >= target.CalledFrom)
        {
            // What could not be seen a round says.
            target.Report.Scans = target.Report.Scans with { CalledByLook = true };
            target.Phase = TargetPhase.StartRound;
            DueIn(target, TimeSpan.Zero);
            return true;
        }

        if (begun < target.SampleDueAt)
        {
            DueIn(target, heat.Looks.Step);
            return true;
        }

        target.SampleDueAt = begun + Ticks(target.Options.LookEvery);
        return false;
    }
}
