namespace Terrace.Host.Daemon;

/// <summary>Part of one CPU that was taken in the last minute. For one thread.</summary>
/// <param name="spent">Processor time spent so far.</param>
/// <param name="time">The clock.</param>
internal sealed class RecentCpuShare(Func<TimeSpan> spent, TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(5);

    private readonly Queue<(long At, TimeSpan Spent)> _samples = new([(time.GetTimestamp(), spent())]);
    private long _newest = time.GetTimestamp();

    /// <summary>Keeps a sample when one is due. Called often.</summary>
    public void Tick()
    {
        if (time.GetElapsedTime(_newest) < s_step)
        {
            return;
        }

        _newest = time.GetTimestamp();
        _samples.Enqueue((_newest, spent()));

        // The oldest stays as long as the one after it is younger than the window.
        while (_samples.Count > 1 && time.GetElapsedTime(_samples.ElementAt(1).At, _newest) >= s_window)
        {
            _samples.Dequeue();
        }
    }

    /// <summary>The share; in the first minute of those seconds. Null before the first second is over.</summary>
    public double? Share
    {
        get
        {
            (long at, TimeSpan before) = _samples.Peek();
            TimeSpan elapsed = time.GetElapsedTime(at);
            return elapsed < TimeSpan.FromSeconds(1) ? null : (spent() - before) / elapsed;
        }
    }
}
