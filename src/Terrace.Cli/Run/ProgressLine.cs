using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Run;

/// <summary>One line on a terminal that is written over and over.</summary>
internal sealed class ProgressLine(CliConsole console)
{
    private bool _shown;

    /// <summary>Shows the state after <paramref name="elapsed"/>. <paramref name="exactHits"/> is the share of accesses counted exactly, when known.</summary>
    public void Show(TimeSpan elapsed, SummaryRecorder state, double? exactHits = null)
    {
        if (!console.ErrorIsTerminal)
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
            : $"{Percent.Of((double)fast / pages)} of pages fast, {(exactHits is null ? "~" + Percent.Of(hits / pages) : Percent.Of(exactHits))} of accesses, up {ByteSize.Format(state.PromotedBytes)}, down {ByteSize.Format(state.DemotedBytes)}, every {HumanDuration.Format(state.LastInterval)}";
        string line = $"terrace: {elapsed.TotalSeconds:0} s, round {state.Rounds}: {shares}";
        // A line that wraps could not be written over.
        console.Error.Write("\r\e[K" + (line.Length < console.Width ? line : line[..(console.Width - 1)]));
        _shown = true;
    }

    /// <summary>Removes it.</summary>
    public void Clear()
    {
        if (_shown)
        {
            console.Error.Write("\r\e[K");
            _shown = false;
        }
    }
}
