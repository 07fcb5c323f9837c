using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Layout;

/// <summary>How far a change is: a line on a terminal, and when it is time to write the point down.</summary>
internal sealed class LayoutProgress(CliConsole console, ulong endPage)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(250);
    private long _last = TimeProvider.System.GetTimestamp();
    private readonly StatusLine _line = new(console);

    /// <summary>Shows it when some time has passed since it was last shown, and returns true then.</summary>
    public bool IsDue(ulong point, long movedPages)
    {
        if (TimeProvider.System.GetElapsedTime(_last) < s_every)
        {
            return false;
        }

        _last = TimeProvider.System.GetTimestamp();
        double part = (double)point / endPage;
        Show($"{Percent.Of(part)}, {ByteSize.Format(movedPages * Chunk.PageBytes)} moved", part);
        return true;
    }

    /// <summary>Shows something else, at once.</summary>
    public void Show(string what, double? part = null) => _line.Show(what, part);

    /// <summary>Removes the line.</summary>
    public void Clear() => _line.Clear();
}
