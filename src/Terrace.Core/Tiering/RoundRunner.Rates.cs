using Terrace.Core.Machine;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <content>
/// Short looks at a sample of the hottest pages while the interval of a round's second scan passes: how often they are accessed, which
/// scans alone do not tell.
/// </content>
internal sealed partial class RoundRunner
{
    /// <summary>A target's hottest pages are sampled no more often, once there are some samples.</summary>
    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_firstSamplesEvery = TimeSpan.FromSeconds(1);

    private const int FirstSamples = 6;

    /// <summary>From the clear of the sample to the first look at it.</summary>
    private static readonly TimeSpan s_firstGlance = TimeSpan.FromMilliseconds(2);

    private readonly HotSample _hot = new();

    /// <summary>The target whose pages are in that sample.</summary>
    private TieringTarget? _glanced;
    private long? _hotClearedAt;

    /// <summary>When the scan is due, before which looks are made.</summary>
    private long _scanAt;

    /// <summary>
    /// After the second clear of a round, when it is known which pages are base pages now: the next step takes a sample, where it is time
    /// for one and no other target's is being looked at.
    /// </summary>
    private void BeginGlances(TieringTarget target)
    {
        if (target.Phase == TargetPhase.Scan
            && target.Heat.Scans == 1
            && target.Rounds >= 2
            && _glanced is not { Phase: TargetPhase.Glance }
            && target.Cadence.Interval >= s_firstGlance * HotSample.Spacing
            && (target.SampledAt is not { } sampled || time.GetElapsedTime(sampled) >= SampleEvery(target)))
        {
            (_glanced, _hotClearedAt, _scanAt, target.Phase) = (target, null, target.DueAt, TargetPhase.Glance);
            DueIn(target, TimeSpan.Zero);
        }
    }

    private bool Glance(TieringTarget target)
    {
        if (!(_hotClearedAt is { } cleared ? LookAtHot(target, cleared) : ClearHot(target)))
        {
            // The scan says it when nothing could be seen.
            (target.Phase, target.DueAt) = (TargetPhase.Scan, _scanAt);
        }

        return true;
    }

    private bool ClearHot(TieringTarget target)
    {
        IManagedProcess process = target.Process;
        long begun = time.GetTimestamp();
        target.SampledAt = begun;
        int fromHeat = LowestSaturated(target.Forecast);
        bool cleared = fromHeat < HeatMap.HeatLevels
            && _hot.Clear(process.Clearer, process.Tracker, target.Heat, fromHeat, machine.Places.InTier(0));
        long ended = time.GetTimestamp();
        target.Report.Cost += new RoundCost { Clear = time.GetElapsedTime(begun, ended) };
        long middle = begun + ((ended - begun) / 2);
        (_hotClearedAt, target.DueAt) = (middle, middle + Ticks(s_firstGlance));
        if (!cleared)
        {
            target.HotRates.Miss();
        }

        return cleared && target.DueAt < _scanAt;
    }

    private bool LookAtHot(TieringTarget target, long clearedAt)
    {
        long begun = time.GetTimestamp();
        TimeSpan covered = time.GetElapsedTime(clearedAt, begun);
        bool seen = _hot.TryLook(target.Process.Tracker, covered);
        target.Report.Cost += new RoundCost { Read = time.GetElapsedTime(begun) };
        target.DueAt = clearedAt + Ticks(covered * HotSample.Spacing);
        if (seen && !_hot.IsComplete && target.DueAt < _scanAt)
        {
            return true;
        }

        if (seen)
        {
            _hot.AddTo(target.HotRates);
        }

        return false;
    }

    private static TimeSpan SampleEvery(TieringTarget target) =>
        target.HotRates.Attempts < FirstSamples ? s_firstSamplesEvery : s_sampleEvery;

    private static int LowestSaturated(HeatForecast forecast)
    {
        int heat = 1;
        while (heat < HeatMap.HeatLevels
            && Math.Max(forecast.AccessedFraction(heat, inFastMemory: false), forecast.AccessedFraction(heat, inFastMemory: true))
                < HotRates.Saturated)
        {
            heat++;
        }

        return heat;
    }
}
