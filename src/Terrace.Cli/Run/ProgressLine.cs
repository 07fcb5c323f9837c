using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Run;

/// <summary>How a run goes, in one line of a terminal.</summary>
internal sealed class ProgressLine(CliConsole console)
{
    private readonly StatusLine _line = new(console);

    /// <summary>
    /// Shows the state after <paramref name="elapsed"/>. <paramref name="exactHits"/> is the share of accesses counted exactly, and
    /// <paramref name="part"/> how much of the run is over, when known.
    /// </summary>
    public void Show(TimeSpan elapsed, SummaryRecorder state, double? exactHits = null, double? part = null)
    {
        if (!_line.IsDue)
        {
            return;
        }

        long pages = 0;
        long fast = 0;
        double hits = 0;
        foreach (TargetSummary target in state.Targets)
        {
            if (!target.Gone)
            {
                pages += target.Pages;
                fast += target.FastPages;
                hits += target.Hits * target.Pages;
            }
        }

        string shares = pages == 0
            ? "looking"
            : $"{Percent.Of((double)fast / pages)} of pages fast, "
                + $"{(exactHits is null ? "~" + Percent.Of(hits / pages) : Percent.Of(exactHits))} of accesses, up "
                + $"{ByteSize.Format(state.PromotedBytes)}, down {ByteSize.Format(state.DemotedBytes)}, every "
                + $"{HumanDuration.Format(state.LastInterval)}";
        _line.Show($"{elapsed.TotalSeconds:0} s, round {state.Rounds}: {shares}", part);
    }

    /// <summary>Removes it.</summary>
    public void Clear() => _line.Clear();
}
