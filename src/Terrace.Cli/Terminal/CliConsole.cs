namespace Terrace.Cli.Terminal;

/// <summary>Where a command writes, and what may be written there: colour and moving lines only on a terminal.</summary>
internal sealed class CliConsole
{
    private const int DefaultWidth = 100;

    /// <summary>For tests and for commands that embed others: no terminal, no colour.</summary>
    public CliConsole(TextWriter output, TextWriter error)
    {
        Out = output;
        Error = error;
    }

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Messages, progress and summaries of commands whose stdout is not theirs.</summary>
    public TextWriter Error { get; }

    /// <summary>Stdout is a terminal.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Stderr is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Colour may be used where there is a terminal (https://no-color.org).</summary>
    public bool ColourAllowed { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>The standard streams of this process.</summary>
    public static CliConsole OfProcess()
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        bool errorIsTerminal = !Console.IsErrorRedirected;
        return new CliConsole(
            new StreamWriter(Console.OpenStandardOutput(), bufferSize: 4096) { AutoFlush = true },
            new StreamWriter(Console.OpenStandardError(), bufferSize: 4096) { AutoFlush = true })
        {
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = errorIsTerminal,
            ColourAllowed = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                && Environment.GetEnvironmentVariable("TERM") != "dumb",
            Width = outIsTerminal || errorIsTerminal ? TerminalWidth() : DefaultWidth,
        };
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is >= 20 and var width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
