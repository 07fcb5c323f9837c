using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Host.Metrics;

/// <summary>
/// What the daemon's metrics tell, kept by the loop's thread and read by others. Rounds are counted as they end; how things are
/// is published when somebody asks. Only a bounded number of groups have series of their own, and a group's end with it: what is
/// told stays bounded however processes come and go.
/// </summary>
/// <param name="groupOf">The group of a managed process; null when it is not managed.</param>
internal sealed class MetricsRegistry(Func<int, GroupLabels?> groupOf) : IRoundObserver
{
    /// <summary>Groups that have series of their own; further ones are only counted.</summary>
    public const int MaxGroups = 200;

    /// <summary>
    /// Letters of a label's value: names have the control group's path or the virtual machine's name in them, which others
    /// choose.
    /// </summary>
    private const int MaxLabelLetters = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, GroupSeries> _series = new(StringComparer.Ordinal);
    private readonly HashSet<string> _there = new(StringComparer.Ordinal);
    private Action<TimeSpan>? _stall;

    /// <summary>Somebody wants metrics; else nothing is counted. For the loop's thread.</summary>
    public bool IsOn => _stall is not null;

    /// <summary>Rounds of all processes.</summary>
    public RoundTotals Totals { get; private set; } = new();

    /// <summary>The daemon and the host as of the last publication.</summary>
    public HostFigures Host { get; private set; } = new();

    /// <summary>Groups that have series, as of the last publication.</summary>
    public int GroupsTold { get; private set; }

    /// <summary>Begins to count; <paramref name="stall"/> receives each round's longest clear.</summary>
    public void TurnOn(Action<TimeSpan> stall)
    {
        lock (_gate)
        {
            _stall = stall;
        }
    }

    /// <summary>Ends counting and forgets what was counted.</summary>
    public void TurnOff()
    {
        lock (_gate)
        {
            _stall = null;
            _series.Clear();
            (Totals, GroupsTold, Host) = (new RoundTotals(), 0, new HostFigures());
        }
    }

    /// <summary>States how things are; groups that are not among <paramref name="groups"/> have ended.</summary>
    public void Publish(HostFigures host, IReadOnlyList<GroupFigures> groups)
    {
        lock (_gate)
        {
            Host = host;
            _there.Clear();
            foreach (GroupFigures figures in groups)
            {
                _there.Add(Label(figures.Labels.Group));
            }

            foreach (string group in _series.Keys)
            {
                if (!_there.Contains(group))
                {
                    _series.Remove(group);
                }
            }

            foreach (GroupFigures figures in groups)
            {
                if (SeriesOf(figures.Labels) is { } series)
                {
                    series.Now = figures;
                }
            }

            GroupsTold = _series.Count;
        }
    }

    /// <summary>Reads one thing of every group that has series and is known how it is. For any thread.</summary>
    public IReadOnlyList<T> ReadGroups<T>(Func<GroupSeries, GroupFigures, IEnumerable<T>> read)
    {
        lock (_gate)
        {
            List<T> values = new(_series.Count);
            foreach (GroupSeries series in _series.Values)
            {
                if (series.Now is { } now)
                {
                    values.AddRange(read(series, now));
                }
            }

            return values;
        }
    }

    /// <summary>Reads one thing of the daemon as a whole. For any thread.</summary>
    public T ReadHost<T>(Func<MetricsRegistry, T> read)
    {
        lock (_gate)
        {
            return read(this);
        }
    }

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        if (!IsOn)
        {
            return;
        }

        lock (_gate)
        {
            Totals.Add(report);
            _stall?.Invoke(report.Cost.LongestClear);
            if (groupOf(report.Pid) is { } labels)
            {
                SeriesOf(labels)?.Totals.Add(report);
            }
        }
    }

    /// <inheritdoc/>
    public void OnMoves(int pid, MoveReport moves)
    {
        if (!IsOn)
        {
            return;
        }

        lock (_gate)
        {
            Totals.AddMoves(moves);
            if (groupOf(pid) is { } labels)
            {
                SeriesOf(labels)?.Totals.AddMoves(moves);
            }
        }
    }

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        if (!IsOn)
        {
            return;
        }

        lock (_gate)
        {
            Totals.AddBrokenOff(report);
            _stall?.Invoke(report.Cost.LongestClear);
            if (groupOf(report.Pid) is { } labels)
            {
                SeriesOf(labels)?.Totals.AddBrokenOff(report);
            }
        }
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        // Its group's counts stay; the next publication knows whether the group does.
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        if (!IsOn)
        {
            return;
        }

        lock (_gate)
        {
            if (groupOf(pid) is { } labels && SeriesOf(labels) is { } series)
            {
                series.Totals.FailedScans++;
            }
        }
    }

    private GroupSeries? SeriesOf(GroupLabels labels)
    {
        string name = Label(labels.Group);
        if (!_series.TryGetValue(name, out GroupSeries? series) && _series.Count < MaxGroups)
        {
            series = new GroupSeries(name, Label(labels.Rule));
            _series.Add(name, series);
        }

        return series;
    }

    private static string Label(string text) => text.Length <= MaxLabelLetters ? text : text[..(MaxLabelLetters - 1)] + "…";
}
