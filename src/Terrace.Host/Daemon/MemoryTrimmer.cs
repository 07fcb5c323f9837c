using Microsoft.Extensions.Logging;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// When the daemon gives back memory: some seconds after something that needed much for a while, which is its start, a reload, the
/// first process (the kernel's types are read then) or whatever made it grow by a quarter; and once more a minute later, when rare
/// work has run once. For growth it is done once in five minutes at most, so that it takes next to no time.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="resident">Resident memory, bytes.</param>
/// <param name="note">Notes what there is; comes before the first <paramref name="giveBack"/>.</param>
/// <param name="giveBack">Gives back what is not needed.</param>
internal sealed class MemoryTrimmer(TimeProvider time, Func<long> resident, Action note, Action giveBack)
{
    /// <summary>Growth, as a part of what there was once all was settled, that is worth the work.</summary>
    private const double Growth = 0.25;

    // Between two beginnings for growth, and between two looks at it.
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);

    // Each after the one before it, so that a note and giving back are apart however late a step is.
    private readonly (TimeSpan After, Action Do)[] _steps =
    [
        (TimeSpan.FromSeconds(2), note),
        (TimeSpan.FromSeconds(4), giveBack),
        (TimeSpan.FromMinutes(1), giveBack),
    ];
    private long _begunAt = time.GetTimestamp();
    private long _since = time.GetTimestamp();
    private int _next;
    private long? _settledBytes;

    /// <summary>That of this process, which logs what it gave back.</summary>
    public static MemoryTrimmer OfThisProcess(TimeProvider time, ILogger log)
    {
        SettledMemory memory = new();
        return new MemoryTrimmer(time, () => SettledMemory.ResidentBytes, memory.Note, GiveBack);

        void GiveBack()
        {
            long bytes = memory.GiveBack();
            DaemonLog.GaveBack(log, bytes >> 10);
        }
    }

    /// <summary>Something that needs much for a while has happened just now.</summary>
    public void Expect()
    {
        _begunAt = _since = time.GetTimestamp();
        _next = 0;
        _settledBytes = null;
    }

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        TimeSpan waited = time.GetElapsedTime(_since);
        if (_next < _steps.Length)
        {
            if (waited >= _steps[_next].After)
            {
                _steps[_next++].Do();
                _since = time.GetTimestamp();
            }
        }
        else if (waited >= s_look)
        {
            _since = time.GetTimestamp();

            // What is needed all the time has come back a minute after the last step.
            long now = resident();
            _settledBytes ??= now;
            if (now > _settledBytes * (1 + Growth) && time.GetElapsedTime(_begunAt) >= s_least)
            {
                Expect();
            }
        }
    }
}
