using Microsoft.Extensions.Logging;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Daemon;

/// <summary>
/// When the daemon gives back memory: some seconds after something that needed much for a while, which is its start, a reload, or the first process that it manages; and
/// once more a minute later, when the runtime has compiled again what runs often.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="note">Notes what there is; comes before the first <paramref name="giveBack"/>.</param>
/// <param name="giveBack">Gives back what is not needed.</param>
internal sealed class MemoryThrift(TimeProvider time, Action note, Action giveBack)
{
    // Each after the one before it, so that a note and giving back are apart however late a step is.
    private readonly (TimeSpan After, Action Do)[] _steps = [(TimeSpan.FromSeconds(2), note), (TimeSpan.FromSeconds(4), giveBack), (TimeSpan.FromMinutes(1), giveBack)];
    private long _since = time.GetTimestamp();
    private int _next;
    private bool _hasManaged;

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

    /// <summary>Does what is due. <paramref name="manages"/>: there are processes to manage.</summary>
    public void Tick(bool manages)
    {
        if (manages && !_hasManaged)
        {
            _hasManaged = true;
            Expect();
        }

        if (_next < _steps.Length && time.GetElapsedTime(_since) >= _steps[_next].After)
        {
            _steps[_next++].Do();
            _since = time.GetTimestamp();
        }
    }
}
