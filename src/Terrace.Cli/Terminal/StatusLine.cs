using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>How far long work is: one line on the terminal of stderr that is written over. Elsewhere it shows nothing.</summary>
internal sealed class StatusLine(CliConsole console, TimeProvider? time = null)
{
    private const string Name = "terrace: ";
    private const int BarCells = 20;

    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(100);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _last;
    private bool _shown;

    /// <summary>It is shown somewhere, and not just now: for work with more steps than anybody reads.</summary>
    public bool IsDue => console.ErrorHasCursor && (!_shown || _time.GetElapsedTime(_last) >= s_every);

    /// <summary>
    /// Shows it at once. <paramref name="part"/>, how much of the work is done from 0 to 1, is a bar where there is room.
    /// </summary>
    public void Show(string what, double? part = null)
    {
        if (!console.ErrorHasCursor)
        {
            return;
        }

        _last = _time.GetTimestamp();
        string words = Printable.Of(what);
        string bar = part is { } done && Name.Length + BarCells + 1 + Typesetter.WidthOf(words) < console.Width ? BarOf(done) + " " : "";
        Typesetter.EmptyLine(console.Error);
        // A line that wraps could not be written over. In ASCII the sign for what was cut off takes two cells more.
        console.Error.Write(Typesetter.Cut(Name + bar + words, console.Width - (console.IsAscii ? 3 : 1)));
        _shown = true;
    }

    /// <summary>Removes it.</summary>
    public void Clear()
    {
        if (_shown)
        {
            Typesetter.EmptyLine(console.Error);
            _shown = false;
        }
    }

    private static string BarOf(double part)
    {
        int full = (int)(Math.Clamp(part, 0, 1) * BarCells);
        return new string('█', full) + new string('░', BarCells - full);
    }
}
