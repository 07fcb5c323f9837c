using Microsoft.Extensions.Logging;

namespace Terrace.Host.Daemon;

/// <summary>
/// Says in the log how many processes are not managed for want of descriptors: when there are some, when the number has doubled or
/// halved, though not within a minute of the last time, and when there are none any more.
/// </summary>
internal sealed class ShortageNotice(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_leastEvery = TimeSpan.FromMinutes(1);

    private int _said;
    private long _saidAt;

    /// <summary>To be called now and then.</summary>
    /// <param name="waiting">Processes that are not managed.</param>
    /// <param name="managed">Those that are.</param>
    /// <param name="limit">Descriptors that the daemon may have open.</param>
    public void Tick(int waiting, int managed, int limit)
    {
        bool changed = _said == 0 ? waiting > 0 : waiting == 0 || waiting >= _said * 2L || waiting <= _said / 2;
        if (!changed || (_said != 0 && time.GetElapsedTime(_saidAt) < s_leastEvery))
        {
            return;
        }

        (_said, _saidAt) = (waiting, time.GetTimestamp());
        if (waiting == 0)
        {
            DaemonLog.AllManaged(log);
        }
        else
        {
            DaemonLog.NotManaged(log, waiting, managed, limit);
        }
    }
}
