using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// Chooses the time between scans of a round, so that the pages seen in every scan stay below half of the fast budget
/// (seeds: "each round of scan will get hot pages &lt; 1/2 DRAM size") and yet pages enough to fill that half are seen at all;
/// and the pause between rounds, which grows while nothing changes.
/// <code>
///  |clear  read|clear  read|clear  … read|  moves  |   rest   |clear …
///  |&lt;-interval-&gt;|
/// </code>
/// </summary>
public sealed class ScanCadence(CadenceTerms terms)
{
    private static readonly TimeSpan s_firstRest = TimeSpan.FromMilliseconds(250);

    /// <summary>After a round that moves less than this share of the budget (1 in N) the rest grows.</summary>
    private const int QuietMoves = 200;

    /// <summary>
    /// After a round that moves more than this share of the budget (1 in N) the next follows at once. In between the rest
    /// becomes shorter: pages
    /// whose heat lies near the threshold change sides now and then, which is no reason to start over.
    /// </summary>
    private const int BusyMoves = 20;

    /// <summary>
    /// As many are quiet for any budget (32 KiB): of a process of a dozen pages one that goes up and down each time would be busy for
    /// ever.
    /// </summary>
    private const int FewMoves = 8;

    /// <summary>
    /// At most this many times in a row a changed pattern is believed without moves following from it. A process that only runs faster and
    /// slower by turns
    /// looks like one whose pattern changes, for what is accessed in every scan cannot be seen to be accessed more.
    /// </summary>
    private const int MostAlarms = 2;

    /// <summary>After a rest of this part of the longest (1 in N) it is believed again.</summary>
    private const int CalmRest = 4;

    private int _alarms;

    /// <summary>Time between a clear and the next read.</summary>
    public TimeSpan Interval { get; private set; } = terms.FirstInterval;

    /// <summary>Pause before the next round.</summary>
    public TimeSpan Rest { get; private set; }

    /// <summary>Adapts to a finished round.</summary>
    /// <param name="count">Pages by how often they were accessed.</param>
    /// <param name="warmPages">Pages with any heat: accessed in one of the last rounds.</param>
    /// <param name="pages">Pages of the target.</param>
    /// <param name="budgetPages">Pages it may have in the fast tier.</param>
    /// <param name="movedPages">Pages the round moved.</param>
    /// <param name="scanCost">CPU time of one scan (read and clear).</param>
    /// <param name="patternChanged">Other pages than before have become hot: the next round follows at once.</param>
    /// <param name="treated">Pages that are hot or cold because somebody says so. They show nothing of the interval, whatever it
    /// is, and are left out.</param>
    /// <param name="keepsInterval">What it may have in the fast tier is not known yet.</param>
    public void Adapt(
        RoundCount count,
        long warmPages,
        long pages,
        long budgetPages,
        long movedPages,
        TimeSpan scanCost,
        bool patternChanged,
        TreatedPages treated = default,
        bool keepsInterval = false)
    {
        double factor = 1;
        long hotPages = Math.Max(0, count.HotPages - treated.Hot);
        warmPages = Math.Max(0, warmPages - treated.Hot);
        pages = Math.Max(0, pages - treated.Hot - treated.Cold);

        // What is treated as hot has fast memory first; the ranking is for the rest of it.
        long ranked = budgetPages - treated.Hot;
        if (keepsInterval || (budgetPages <= 0 && pages > 0))
        {
            // Shorter stretches would not make room, and others are compared with what these show.
            factor = 1;
        }
        else if (ranked < pages && (ranked > 0 || treated.Hot == 0))
        {
            long limit = Math.Max(1, ranked / 2);
            if (hotPages > limit)
            {
                // Proportional, but at most fourfold: how many pages are hot is not linear in the interval.
                factor = Math.Max(0.25, 0.8 * limit / hotPages);
            }
            else if (warmPages < limit && hotPages < limit / 2)
            {
                factor = 1.5;
            }
            else if (warmPages > (ranked + pages) / 2 && Interval > terms.FirstInterval)
            {
                // Hardly a cold page is left to make room with: look at shorter stretches, which fewer pages are accessed in. Not shorter
                // than at first: where all pages are accessed alike, no interval tells them apart.
                factor = Math.Max(0.7, terms.FirstInterval / Interval);
            }
        }
        else
        {
            // All of it fits, or none but what is treated as hot: nothing depends on the ranking, so look rarely.
            factor = 1.5;
        }

        Interval = Clamp(Interval * factor, scanCost);
        bool quiet = movedPages <= Math.Max(FewMoves, budgetPages / QuietMoves);
        _alarms = !quiet || Rest >= terms.MaxRest / CalmRest ? 0 : _alarms;
        bool changed = patternChanged && _alarms++ < MostAlarms;
        Rest = changed || (!quiet && movedPages > budgetPages / BusyMoves) ? TimeSpan.Zero
            : !quiet ? Rest / 2
            : Rest == TimeSpan.Zero ? Min(s_firstRest, terms.MaxRest)
            : Min(Rest * 2, terms.MaxRest);
    }

    private TimeSpan Clamp(TimeSpan interval, TimeSpan scanCost)
    {
        TimeSpan byDuty = scanCost / terms.MaxScanDuty;
        TimeSpan shortest = terms.MinInterval > byDuty ? terms.MinInterval : byDuty;
        TimeSpan clamped = Min(interval, terms.MaxInterval);
        return clamped > shortest ? clamped : shortest;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
