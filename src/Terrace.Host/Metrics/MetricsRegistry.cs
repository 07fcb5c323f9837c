using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Host.Metrics;

/// <summary>
/// What the daemon's metrics tell, kept by the loop's thread and read by others. Rounds are counted as they end; how things are
/// is published when somebody asks. Only a bounded number of groups have series of their own (<see cref="SeriesPlaces"/>), and a group's
/// end with it; the others of a rule are told as one that has the rule's name. What is told stays bounded however processes come and go.
/// </summary>
/// <param name="groupOf">The group of a managed process; null when it is not managed.</param>
internal sealed class MetricsRegistry(Func<int, GroupLabels?> groupOf) : IRoundObserver
{
    /// <summary>
    /// Letters of a label's value: names have the control group's path or the virtual machine's name in them, which others
    /// choose.
    /// </summary>
    private const int MaxLabelLetters = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, GroupSeries> _series = new(StringComparer.Ordinal);
    private readonly SeriesPlaces _places = new();
    private readonly HashSet<string> _there = new(StringComparer.Ordinal);
    private readonly HashSet<GroupSeries> _told = [];
    private Action<TimeSpan>? _stall;

    /// <summary>Somebody wants metrics; else nothing is counted. For the loop's thread.</summary>
    public bool IsOn => _stall is not null;

    /// <summary>Rounds of all processes.</summary>
    public RoundTotals Totals { get; private set; } = new();

    /// <summary>The daemon and the host as of the last publication.</summary>
    public HostFigures Host { get; private set; } = new();

    /// <summary>Groups that have series, as of the last publication.</summary>
    public int GroupsTold { get; private set; }

    /// <summary>Whether names of groups that are not whole rules are told. For the loop's thread.</summary>
    public void TellNames(bool tell)
    {
        lock (_gate)
        {
            _places.TellsNames = tell;
            if (!tell)
            {
                _places.Clear();
            }
        }
    }

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
            _places.Clear();
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

            _places.KeepOnly(_there);
            _told.Clear();
            GroupsTold = 0;
            foreach (GroupFigures figures in groups)
            {
                GroupSeries series = SeriesOf(figures.Labels);
                series.Now = _told.Add(series) ? figures : series.Now!.With(figures);
                GroupsTold += series.Group == Label(figures.Labels.Group) ? 1 : 0;
            }

            foreach ((string name, GroupSeries series) in _series)
            {
                if (!_told.Contains(series))
                {
                    _series.Remove(name);
                }
            }
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
                SeriesOf(labels).Totals.Add(report);
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
                SeriesOf(labels).Totals.AddMoves(moves);
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
                SeriesOf(labels).Totals.AddBrokenOff(report);
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
            if (groupOf(pid) is { } labels)
            {
                SeriesOf(labels).Totals.FailedScans++;
            }
        }
    }

    private GroupSeries SeriesOf(GroupLabels labels)
    {
        (string name, string rule) = (Label(labels.Group), Label(labels.Rule));
        name = _places.TryTake(name, rule, labels.UserId) ? name : rule;
        if (!_series.TryGetValue(name, out GroupSeries? series))
        {
            series = new GroupSeries(name, rule);
            _series.Add(name, series);
        }

        return series;
    }

    private static string Label(string text) => text.Length <= MaxLabelLetters ? text : text[..(MaxLabelLetters - 1)] + "…";
}
