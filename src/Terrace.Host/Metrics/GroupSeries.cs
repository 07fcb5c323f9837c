using System.Diagnostics.Metrics;
using System.Text.Json;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Reports.Events;

namespace Terrace.Host.Metrics;

/// <summary>All that is reported of one group: what was counted since its series began, and how it is now.</summary>
internal sealed class GroupSeries(string group, string rule)
{
    private readonly KeyValuePair<string, object?>[] _labels = [new("group", group), new("rule", rule)];

    /// <summary>The label that tells it from others.</summary>
    public string Group { get; } = group;

    /// <summary>How it is; null before the first publication.</summary>
    public GroupFigures? Now { get; set; }

    /// <summary>Rounds of all its processes.</summary>
    public RoundTotals Totals { get; } = new();

    /// <summary>A value of this group.</summary>
    public Measurement<double> Value(double value) => new(value, _labels);

    /// <summary>A value of this group, told from others of the same instrument by one or two more labels.</summary>
    public Measurement<double> Value(double value, string label, string text, string? secondLabel = null, string? secondText = null) =>
        secondLabel is null
            ? new(value, [.. _labels, new(label, text)])
            : new(value, [.. _labels, new(label, text), new(secondLabel, secondText)]);

    /// <summary>A number of pages in bytes.</summary>
    public static double Bytes(long pages) => (double)pages * Chunk.PageBytes;

    /// <summary>Processes that miss their shares, by reason; only reasons that there are.</summary>
    public IEnumerable<Measurement<double>> Missed() =>
        from one in MissedNames.All
        let processes = Now!.Missed.GetValueOrDefault(one.Reason)
        where processes > 0
        select Value(processes, "reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(one.Name));

    /// <summary>Pages that could not be moved, by direction and reason.</summary>
    public IEnumerable<Measurement<double>> Failures() =>
        FailuresOf(Totals.Moves.Promoted, "up").Concat(FailuresOf(Totals.Moves.Demoted, "down"));

    private IEnumerable<Measurement<double>> FailuresOf(MoveTally tally, string direction)
    {
        yield return Value(tally[MoveResult.Busy], "direction", direction, "reason", "busy");
        yield return Value(tally[MoveResult.Gone], "direction", direction, "reason", "gone");
        yield return Value(tally[MoveResult.NoMemory], "direction", direction, "reason", "no_memory");
        yield return Value(tally[MoveResult.Denied], "direction", direction, "reason", "denied");
        yield return Value(tally[MoveResult.ProcessGone], "direction", direction, "reason", "process_gone");
    }
}
