using System.Diagnostics.Metrics;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;

namespace Terrace.Host.Metrics;

/// <summary>All that is told of one group: what was counted since its series began, and how it is now.</summary>
internal sealed class GroupSeries(string group, string rule)
{
    private readonly KeyValuePair<string, object?>[] _labels = [new("group", group), new("rule", rule)];

    /// <summary>How it is; null before the first publication.</summary>
    public GroupFigures? Now { get; set; }

    /// <summary>Rounds of all its processes.</summary>
    public long Rounds { get; private set; }

    public long FailedScans { get; set; }

    public MoveTally Promoted { get; } = new();

    public MoveTally Demoted { get; } = new();

    public long PlannedPromotions { get; private set; }

    public long PlannedDemotions { get; private set; }

    public long HeldBackResting { get; private set; }

    public long HeldBackNotWorth { get; private set; }

    public long SharedHotPages { get; private set; }

    public long SharedColdPages { get; private set; }

    public TimeSpan ReadTime { get; private set; }

    public TimeSpan ClearTime { get; private set; }

    public TimeSpan MoveTime { get; private set; }

    public TimeSpan RateLimitWait { get; private set; }

    public TimeSpan CpuWait { get; private set; }

    /// <summary>Counts a round.</summary>
    public void Add(RoundReport report)
    {
        Rounds++;
        Promoted.Add(report.Moves.Promoted);
        Demoted.Add(report.Moves.Demoted);
        PlannedPromotions += report.PlannedPromotions;
        PlannedDemotions += report.PlannedDemotions;
        HeldBackResting += report.HeldBackResting;
        HeldBackNotWorth += report.HeldBackNotWorth;
        SharedHotPages += report.SharedHotPages;
        SharedColdPages += report.SharedColdPages;
        ReadTime += report.ReadTime;
        ClearTime += report.ClearTime;
        MoveTime += report.Moves.Time;
        RateLimitWait += report.RateLimitWait;
        CpuWait += report.CpuWait;
    }

    /// <summary>A value of this group.</summary>
    public Measurement<double> Value(double value) => new(value, _labels);

    /// <summary>A value of this group, told from others of the same instrument by one or two more labels.</summary>
    public Measurement<double> Value(double value, string label, string text, string? secondLabel = null, string? secondText = null) =>
        secondLabel is null ? new(value, [.. _labels, new(label, text)]) : new(value, [.. _labels, new(label, text), new(secondLabel, secondText)]);

    /// <summary>A number of pages in bytes.</summary>
    public static double Bytes(long pages) => (double)pages * Chunk.PageBytes;

    /// <summary>Pages that could not be moved, by direction and reason.</summary>
    public IEnumerable<Measurement<double>> Failures() => FailuresOf(Promoted, "up").Concat(FailuresOf(Demoted, "down"));

    private IEnumerable<Measurement<double>> FailuresOf(MoveTally tally, string direction)
    {
        yield return Value(tally[MoveResult.Busy], "direction", direction, "reason", "busy");
        yield return Value(tally[MoveResult.Gone], "direction", direction, "reason", "gone");
        yield return Value(tally[MoveResult.NoMemory], "direction", direction, "reason", "no_memory");
        yield return Value(tally[MoveResult.Denied], "direction", direction, "reason", "denied");
        yield return Value(tally[MoveResult.ProcessGone], "direction", direction, "reason", "process_gone");
    }
}
