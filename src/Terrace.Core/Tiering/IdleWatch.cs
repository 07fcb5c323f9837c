using Terrace.Core.Machine;

namespace Terrace.Core.Tiering;

/// <summary>
/// Whether a process has done next to nothing since its last round. Then there is nothing to be seen in its accessed bits, and it
/// need not be scanned:
/// most processes of a host wait most of the time.
/// </summary>
internal sealed class IdleWatch
{
    /// <summary>Part of a CPU that a process may use and still count as idle.</summary>
    private const double MostBusy = 0.002;

    /// <summary>
    /// At most this many rests in a row go by without a round: what was missed is seen then. Four times as many after each round
    /// that found the process idle still, up to the second number.
    /// </summary>
    private const int MostRests = 10;
    private const int MostRestsEver = 160;

    /// <summary>CPU time is counted in steps of this (USER_HZ, proc_pid_stat(5)): one step more may be none.</summary>
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    private long? _ran;
    private bool _slept;
    private TimeSpan? _cpuTime;
    private TimeSpan _at;
    private long _residentPages;
    private TimeSpan? _atRound;
    private TimeSpan? _atRoundBefore;
    private int _rests;
    private int _mostRests = MostRests;

    /// <summary>Begins, at the end of a round; <paramref name="now"/> is a time of any origin.</summary>
    public void Begin(IManagedProcess process, TimeSpan now)
    {
        _ran = process.RunNanoseconds;
        (_cpuTime, _residentPages) = process.Activity;
        _at = now;
        _rests = 0;
        _slept = true;
    }

    /// <summary>A round begins.</summary>
    public void BeginRound(IManagedProcess process) => (_atRoundBefore, _atRound) = (_atRound, process.CpuTime);

    /// <summary>
    /// True at the end of a round when the process has used no CPU time since the one before began: nothing is to be expected of
    /// it soon.
    /// </summary>
    public bool SleptThrough => _atRoundBefore is { } before && _cpuTime == before;

    /// <summary>The next round is due at its time, whatever the process does.</summary>
    public void Forget() => (_cpuTime, _mostRests) = (null, MostRests);

    /// <summary>True when the process has been idle from the beginning on; once it is not, it is not until the next round.</summary>
    public bool IsIdle(IManagedProcess process, TimeSpan now)
    {
        if (_cpuTime is not { } before)
        {
            return false;
        }

        long? ran = process.RunNanoseconds;
        if (ran is not null && ran == _ran)
        {
            _at = now;
            return true;
        }

        (_ran, _slept) = (ran, false);
        TimeSpan allowed = (now - _at) * MostBusy;
        (TimeSpan? used, long residentPages) = process.Activity;
        bool idle = used is { } cpuTime
            && cpuTime - before <= (allowed > s_step ? allowed : s_step)
            && Math.Abs(residentPages - _residentPages) <= UsualTouches.Margin(_residentPages);
        (_cpuTime, _at) = (idle ? used : null, now);
        _mostRests = idle ? _mostRests : MostRests;
        return idle;
    }

    /// <summary>
    /// How long after this look the next one comes: the longer a process has been idle, the less it is likely to begin soon.
    /// </summary>
    public TimeSpan NextLook(TimeSpan every) => every * (1 + Math.Min(_rests, MostRests));

    /// <summary>
    /// True when one more rest may take the place of a round: of a process that has not run at all since the round before the last
    /// began, another round would see the same.
    /// </summary>
    public bool MayRest()
    {
        bool may = ++_rests <= (_slept && SleptThrough ? MostRestsEver : _mostRests);
        _mostRests = may ? _mostRests : Math.Min(_mostRests * 4, MostRestsEver);
        return may;
    }
}
