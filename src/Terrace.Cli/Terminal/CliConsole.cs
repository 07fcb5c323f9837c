namespace Terrace.Cli.Terminal;

/// <summary>Where a command writes, and what may be written there: colour and moving lines only on a terminal.</summary>
internal sealed class CliConsole
{
    private const int DefaultWidth = 100;

    /// <summary>For tests and for commands that embed others: no terminal, no colour.</summary>
    public CliConsole(TextWriter output, TextWriter error)
        : this(output, error, error)
    {
    }

    private CliConsole(TextWriter output, TextWriter error, TextWriter errorResult) =>
        (Out, Error, ErrorResult) = (output, error, errorResult);

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Where results are written that are no text: standard output, without a buffer. Nowhere where there is none.</summary>
    public Stream Bytes { get; init; } = Stream.Null;

    /// <summary>
    /// Messages, notes and progress. One that cannot be written changes nothing: not the exit code, and not what goes to stdout.
    /// </summary>
    public TextWriter Error { get; }

    /// <summary>Stderr for results: summaries of commands whose stdout is not theirs. One that cannot be written is a failure.</summary>
    public TextWriter ErrorResult { get; }

    /// <summary>Stdout is a terminal.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Stderr is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Where colour may be used.</summary>
    public ColourUse Colour { get; init; }

    /// <summary>Stderr is a terminal whose lines can be written over; one of TERM=dumb cannot.</summary>
    public bool ErrorHasCursor { get; init; }

    /// <summary>What is written is in ASCII alone (<see cref="PlainAscii"/>).</summary>
    public bool IsAscii { get; init; }

    /// <summary>The clock of dates that are written down.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The name of this machine.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Waits at most that long for whoever reads stdout to go; true when nobody reads it.</summary>
    public Func<TimeSpan, bool> IsNobodyReading { get; init; } = timeout =>
    {
        Thread.Sleep(timeout);
        return false;
    };

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Results for people.</summary>
    public TextOutput Text => new(Out, OutIsTerminal ? Width : null, OutColour);

    /// <summary>Messages for people.</summary>
    public TextOutput ErrorText => new(Error, ErrorIsTerminal ? Width : null, ErrorColour);

    /// <summary>Results for people on stderr.</summary>
    public TextOutput ErrorResultText => new(ErrorResult, ErrorIsTerminal ? Width : null, ErrorColour);

    /// <summary>Stdout may be coloured.</summary>
    public bool OutColour => ColourOn(OutIsTerminal);

    /// <summary>Stderr may be coloured.</summary>
    public bool ErrorColour => ColourOn(ErrorIsTerminal);

    /// <summary>The standard streams of this process.</summary>
    public static CliConsole OfProcess()
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        bool errorIsTerminal = !Console.IsErrorRedirected;
        bool isAscii = !PlainAscii.IsUtf8(Environment.GetEnvironmentVariable);
        StandardStream output = new(1);
        return new CliConsole(Open(output), Open(new MessageStream()), Open(new StandardStream(2)))
        {
            Bytes = output,
            IsAscii = isAscii,
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = errorIsTerminal,
            ErrorHasCursor = errorIsTerminal && Environment.GetEnvironmentVariable("TERM") != "dumb",
            IsNobodyReading = StandardStream.IsNobodyReading,
            Colour = ColourUses.Of(Environment.GetEnvironmentVariable),
            Width = outIsTerminal || errorIsTerminal ? TerminalWidth() : DefaultWidth,
        };

        // JSON is in ASCII already, so nothing of it changes.
        TextWriter Open(Stream standard)
        {
            StreamWriter stream = new(standard, bufferSize: 4096) { AutoFlush = true };
            return isAscii ? new AsciiWriter(stream) : stream;
        }
    }

    private bool ColourOn(bool terminal) => Colour == ColourUse.Everywhere || (Colour == ColourUse.OnTerminals && terminal);

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
