namespace Terrace.Fuzz.Feeding;

/// <summary>
/// Ends the process when one input takes too long. afl-fuzz would do so by the clock; on a busy machine that makes hangs of
/// inputs that merely waited for the processor, so here processor time counts.
/// </summary>
internal sealed class HangWatch : IDisposable
{
    private const int ExitCode = 75;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostProcessorTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_mostTime = TimeSpan.FromMinutes(2);

    private readonly FeedRecord _record;
    private readonly string _mark;
    private readonly Timer _timer;
    private long _run = -1;
    private TimeSpan _processorTime;
    private long _since;

    public HangWatch(FeedRecord record, string path)
    {
        _record = record;
        _mark = MarkBeside(path);
        _timer = new Timer(_ => Look(), state: null, s_interval, s_interval);
    }

    /// <summary>A file beside the record that says that the process ended itself because an input took too long.</summary>
    public static string MarkBeside(string record) => record + ".hang";

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long run = _record.Runs;
        if (!_record.IsRunning || run != _run)
        {
            (_run, _processorTime, _since) = (run, Environment.CpuUsage.TotalTime, Environment.TickCount64);
        }
        else if (Environment.CpuUsage.TotalTime - _processorTime > s_mostProcessorTime
            || Environment.TickCount64 - _since > s_mostTime.TotalMilliseconds)
        {
            File.WriteAllText(_mark, "");
            Environment.Exit(ExitCode);
        }
    }
}
