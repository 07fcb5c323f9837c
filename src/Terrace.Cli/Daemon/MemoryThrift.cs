using Microsoft.Extensions.Logging;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Daemon;

/// <summary>
/// When the daemon gives back memory: some seconds after something that needed much for a while, which is its start, a reload, or a process that it manages anew; and
/// once more a minute later, when what comes seldom has run once. Where processes come all the time it is done at most so often that it takes next to no time.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="note">Notes what there is; comes before the first <paramref name="giveBack"/>.</param>
/// <param name="giveBack">Gives back what is not needed.</param>
internal sealed class MemoryThrift(TimeProvider time, Action note, Action giveBack)
{
    // Each after the one before it, so that a note and giving back are apart however late a step is.
    private readonly (TimeSpan After, Action Do)[] _steps = [(TimeSpan.FromSeconds(2), note), (TimeSpan.FromSeconds(4), giveBack), (TimeSpan.FromMinutes(1), giveBack)];
    // Between two beginnings for processes.
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(5);
    private long _since = time.GetTimestamp();
    private long? _begunAt;
    private int _next;
    private int _managed;
    private bool _isWanted;

    /// <summary>That of this process, which logs what it gave back.</summary>
    public static MemoryThrift OfThisProcess(TimeProvider time, ILogger log)
    {
        SettledMemory memory = new();
        return new MemoryThrift(time, memory.Note, GiveBack);

        void GiveBack()
        {
            long bytes = memory.GiveBack();
            DaemonLog.GaveBack(log, bytes >> 10);
        }
    }

    /// <summary>Something that needs much for a while has happened just now.</summary>
    public void Expect() => (_since, _next) = (time.GetTimestamp(), 0);

    /// <summary>Does what is due. <paramref name="managed"/>: how many processes are managed.</summary>
    public void Tick(int managed)
    {
        _isWanted |= managed > _managed;
        _managed = managed;
        if (_isWanted && (_begunAt is not { } begun || time.GetElapsedTime(begun) >= s_least))
        {
            (_isWanted, _begunAt) = (false, time.GetTimestamp());
            Expect();
        }

        if (_next < _steps.Length && time.GetElapsedTime(_since) >= _steps[_next].After)
        {
            _steps[_next++].Do();
            _since = time.GetTimestamp();
        }
    }
}
