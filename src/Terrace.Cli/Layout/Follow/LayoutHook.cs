using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Terrace.Host.Failures;
using Terrace.Host.Guests;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Layout.Follow;

/// <summary>
/// Runs a command when the layout changes: one at a time, and for the newest layout when it has ended. The operator's own words
/// go to the shell, and nothing else: what comes from the host is in environment variables, and numbers only. Of the caller's own
/// environment it has the search path and the language. One that takes too long is ended, with all that it has started.
/// </summary>
internal sealed class LayoutHook(string command, string layoutPath, Action<string> complain, TimeProvider? clock = null) : IDisposable
{
    /// <summary>Time that it has for one layout.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static readonly string[] s_kept = ["PATH", "LANG", "LC_ALL"];

    private Process? _process;
    private long _startedAt;
    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private LayoutMessage? _next;
    private bool _nextIsLive;

    /// <summary>How often it was started.</summary>
    public long Runs { get; private set; }

    /// <summary>Has it run for a layout, or for a layout that the host has not confirmed for a while.</summary>
    public void Call(LayoutMessage layout, bool live)
    {
        (_next, _nextIsLive) = (layout, live);
        Tick();
    }

    /// <summary>Starts it when it is due and not running; called now and then.</summary>
    public void Tick()
    {
        if (_process is { HasExited: false } && _time.GetElapsedTime(_startedAt) >= Longest)
        {
            complain($"the command of --exec has not ended within {Longest.TotalSeconds:0} s: it is killed");
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
        }

        if (_process is { HasExited: true })
        {
            if (_process.ExitCode != 0)
            {
                complain($"the command of --exec ended with {_process.ExitCode}");
            }

            _process.Dispose();
            _process = null;
        }

        if (_process is null && _next is { } layout)
        {
            _next = null;
            Start(layout);
        }
    }

    /// <summary>Waits until it has run for the newest layout; false when the time ran out first.</summary>
    public bool Finish(TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (_process is not null || _next is not null)
        {
            TimeSpan left = patience - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || _process?.WaitForExit(left) == false)
            {
                return false;
            }

            Tick();
        }

        return true;
    }

    public void Dispose() => _process?.Dispose();

    private void Start(LayoutMessage layout)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", command]) { UseShellExecute = false };
        foreach (string name in start.Environment.Keys.Where(name => !s_kept.Contains(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["TERRACE_GENERATION"] = layout.Generation.ToString(CultureInfo.InvariantCulture);
        start.Environment["TERRACE_EPOCH"] = layout.Epoch.ToString(CultureInfo.InvariantCulture);
        start.Environment["TERRACE_LIVE"] = _nextIsLive ? "1" : "0";
        start.Environment["TERRACE_LAYOUT"] = layoutPath;
        try
        {
            _process = Process.Start(start);
            _startedAt = _time.GetTimestamp();
            Runs++;
        }
        catch (Win32Exception problem)
        {
            complain($"the command of --exec cannot be started: {ErrorWords.Of(problem)}");
        }
    }
}
