using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Loop;
using Terrace.Reports.Events;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.Run;

/// <summary>
/// Everything that a managing command writes while it runs and at its end: events, progress, summary, pictures. Files are checked at
/// the start, so that a path that cannot be written costs no run; one that fails later loses nothing else, and is named at the end.
/// </summary>
internal sealed class ManagementOutput : IDisposable
{
    private readonly CliConsole _console;
    private readonly ManagementSettings _settings;
    private readonly bool _ownsOut;
    private readonly List<(string Name, EventStream Stream)> _streams = [];
    private readonly OutputFile? _heatmap;
    private readonly OutputFile? _summaryFile;
    private readonly OutputFile? _events;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ProgressLine _progress;
    private readonly WithheldMemory _withheld;

    /// <param name="console">Where to write.</param>
    /// <param name="settings">What was asked for.</param>
    /// <param name="machine">For which tier is the fast one.</param>
    /// <param name="ownsOut">Standard output is for the result; otherwise another program writes there, and it goes to stderr.</param>
    /// <param name="names">Says how mappings of a process are called, for pictures; null when nobody knows.</param>
    /// <param name="progress">Show a progress line; a command that shares the terminal with another program does not.</param>
    public ManagementOutput(
        CliConsole console,
        ManagementSettings settings,
        IMachine machine,
        bool ownsOut,
        Func<int, IReadOnlyList<NamedRange>>? names = null,
        bool progress = true)
    {
        _console = console;
        _settings = settings;
        _withheld = new WithheldMemory(console, machine, settings);
        _ownsOut = ownsOut;
        _progress = new ProgressLine(progress ? console : new CliConsole(TextWriter.Null, TextWriter.Null));
        RequireDifferentFiles(settings);
        WriteFailures failures = new();
        _heatmap = failures.Try(() => OutputFile.Check("--heatmap", settings.Heatmap, OutputContent.Picture));
        _summaryFile = failures.Try(() => OutputFile.Check("--summary-json", settings.SummaryJson, OutputContent.Summary));
        _events = failures.Try(() => OutputFile.Check("--events", settings.Events, OutputContent.Events));
        failures.ThrowIfAny();
        if (_events is not null)
        {
            _streams.Add(($"--events: '{settings.Events}'", new EventStream(_events.OpenText(), ownsOutput: true)));
        }

        if (settings.Json)
        {
            _streams.Add(("standard output", new EventStream(console.Out, ownsOutput: false)));
        }

        List<IRoundObserver> observers = [Summary, .. _streams.Select(named => named.Stream)];
        if (_heatmap is not null || ShowsHeat)
        {
            Heat = new HeatRecorder(machine.Places.InTier(0), names, scans: settings.Tiering.ScansPerRound);
            observers.Add(Heat);
        }

        Observer = new ObserverGroup(observers);
    }

    /// <summary>Observers of rounds.</summary>
    public IRoundObserver Observer { get; }

    /// <summary>Adds up rounds.</summary>
    public SummaryRecorder Summary { get; } = new();

    /// <summary>Keeps heat by address and time; null when nobody will look.</summary>
    public HeatRecorder? Heat { get; }

    /// <summary>Whoever read standard output has gone: nobody wants to know the rest.</summary>
    public bool IsNobodyReads => _streams.Exists(named => IsUnread(named.Stream.Failure));

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Shows progress.</summary>
    public void ShowProgress()
    {
        _withheld.Look(Summary.Targets);
        _progress.Show(Elapsed, Summary);
    }

    /// <summary>Bytes that the share keeps out of fast memory which has room for them, as it is now.</summary>
    public long WithheldNow()
    {
        _withheld.Look(Summary.Targets, says: false);
        return _withheld.Bytes;
    }

    /// <summary>Shows progress of a simulation, of which <paramref name="part"/> is done.</summary>
    public void ShowProgress(TimeSpan simulated, double exactHits, double part) => _progress.Show(simulated, Summary, exactHits, part);

    /// <summary>Ends a real run: summary, pictures, files.</summary>
    /// <param name="caption">Of the picture.</param>
    /// <param name="notes">Says what else is to be known, behind the summary and before what could not be written.</param>
    public ManagementSummary Finish(PictureCaption caption, Action? notes = null)
    {
        Heat?.End(Elapsed);
        ManagementSummary summary = Summary.Summarise(_settings, Elapsed, Environment.CpuUsage.TotalTime) with
        {
            WithheldBytes = _withheld.Bytes,
        };
        Finish(
            caption,
            summary,
            JsonSerializer.Serialize(summary, ManagementJson.Default.ManagementSummary),
            output => SummaryText.Write(output, summary),
            notes);
        return summary;
    }

    /// <summary>Ends a run whose summary has more to tell.</summary>
    public void Finish(
        PictureCaption caption, ManagementSummary summary, string json, Action<TextOutput> writeText, Action? notes = null)
    {
        _progress.Clear();
        foreach ((_, EventStream stream) in _streams)
        {
            stream.WriteLine(json);
        }

        WriteFailures failures = new();
        failures.Try(() => WriteResult(summary, writeText));
        failures.Try(() => _summaryFile?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(json + "\n"))));
        failures.Try(() => WritePicture(caption));
        foreach ((string name, EventStream stream) in _streams)
        {
            if (stream.Failure is { } lost && !IsUnread(lost))
            {
                failures.Add(
                    new Problem(
                        $"{name} lacks events: {OutputProblem.Of(lost)}",
                        $"all that was done is in the summary; {OutputProblem.FixOf(lost)}"));
            }
        }

        failures.Try(notes);
        failures.ThrowIfAny();
    }

    public void Dispose()
    {
        foreach ((_, EventStream stream) in _streams)
        {
            stream.Dispose();
        }

        _events?.Dispose();
        _heatmap?.Dispose();
        _summaryFile?.Dispose();
    }

    // Standard output by its own name, or a descriptor that was handed over for events.
    private bool IsUnread(IOException? failure) =>
        failure is StandardStreamFailure standard ? standard.IsNobodyReads
        : failure is not null && _events?.IsHandedOver == true && OutputProblem.IsNobodyReads(failure);

    // Where there is a terminal that can show it. JSON on stdout is the whole result.
    private bool ShowsHeat => _ownsOut ? _console.OutIsTerminal && !_settings.Json : _console.ErrorIsTerminal;

    private void WriteResult(ManagementSummary summary, Action<TextOutput> writeText)
    {
        if (_settings.Json)
        {
            // All of it went to stdout already. What could not is not lost.
            if (_streams[^1].Stream.Failure is { } lost && !IsUnread(lost))
            {
                writeText(_console.ErrorText);
            }

            return;
        }

        if (ShowsHeat && Heat is not null && summary.Rounds > 0)
        {
            // The map in colour is of blocks, that without of digits.
            bool colour = !_console.IsAscii && (_ownsOut ? _console.OutColour : _console.ErrorColour);
            TerminalHeatmap.Write(_ownsOut ? _console.Out : _console.ErrorResult, Heat, _console.Width, colour);
        }

        try
        {
            writeText(_ownsOut ? _console.Text : _console.ErrorResultText);
        }
        catch (StandardStreamFailure failure) when (_ownsOut && !failure.IsNobodyReads)
        {
            writeText(_console.ErrorText);
            throw;
        }
    }

    private static void RequireDifferentFiles(ManagementSettings settings)
    {
        (string Option, string? Path)[] given =
            [("--heatmap", settings.Heatmap), ("--summary-json", settings.SummaryJson), ("--events", settings.Events)];
        if (settings.Json && Array.Find(given, one => OutputFile.IsStandardOutput(one.Path)) is { Path: { } path } twice)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"--json writes to standard output already, and so would {twice.Option}: '{path}'",
                "leave one of them out, or name another file");
        }

        foreach (IGrouping<string, (string Option, string? Path)> same in given
            .Where(one => !string.IsNullOrEmpty(one.Path) && !one.Path.Contains('\0'))
            .Where(one => !one.Path!.StartsWith("/dev/", StringComparison.Ordinal))
            .GroupBy(one => Path.GetFullPath(one.Path!), StringComparer.Ordinal)
            .Where(group => group.Count() > 1))
        {
            string options = string.Join(" and ", same.Select(one => one.Option));
            throw new CommandFailure(
                ExitCode.Usage, $"{options} name the same file: '{same.First().Path}'", "name another for one of them");
        }
    }

    private void WritePicture(PictureCaption caption)
    {
        if (_heatmap is null || Heat is null)
        {
            return;
        }

        Dictionary<int, string> names = [];
        foreach (TargetSummary target in Summary.Targets)
        {
            names[target.Pid] = target.Name;
        }

        HeatPicture picture = new(Heat, caption with { Processes = names });
        _heatmap.Write(stream => picture.WriteTo(stream, _settings.Heatmap!, _settings.HeatmapSize));
        _console.ErrorText.WriteLine($"  picture                  {_settings.Heatmap}");
    }
}
