namespace Terrace.Core.Tiering;

/// <summary>
/// Keeps Terrace's own processor time below a part of one CPU over time. Unused time is saved up to a burst, so that new targets are
/// brought to their share at once and a quiet host pays next to nothing.
/// </summary>
/// <param name="limit">Part of one CPU, above 0; 1 and more never holds anything back.</param>
/// <param name="burst">Time that can be saved up.</param>
/// <param name="spent">Processor time spent on tiering so far.</param>
/// <param name="time">The clock.</param>
internal sealed class CpuBudget(double limit, TimeSpan burst, Func<TimeSpan> spent, TimeProvider time)
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMilliseconds(1);

    private double _savedSeconds = burst.TotalSeconds;
    private long _filledAt = time.GetTimestamp();
    private TimeSpan _spentBefore = spent();

    /// <summary>How long to do nothing until all that was spent beyond the savings is made up for.</summary>
    public TimeSpan Owed
    {
        get
        {
            if (limit >= 1)
            {
                return TimeSpan.Zero;
            }

            Fill();
            return OwedThen;
        }
    }

    /// <summary>
    /// The same as of a moment ago: of thousands that are due together each one asks, and a reading takes several system calls.
    /// </summary>
    public TimeSpan OwedLately => limit >= 1 || time.GetElapsedTime(_filledAt) >= s_recent ? Owed : OwedThen;

    /// <summary>Processor time spent so far, as it was when <see cref="Owed"/> or <see cref="Left"/> were last asked.</summary>
    public TimeSpan SpentThen => _spentBefore;

    /// <summary>Time that is saved up; below zero what was spent beyond that. Null where nothing is ever held back.</summary>
    public TimeSpan? Left
    {
        get
        {
            if (limit >= 1)
            {
                return null;
            }

            Fill();
            return TimeSpan.FromSeconds(_savedSeconds);
        }
    }

    /// <summary><see cref="Left"/> as it was when that or <see cref="Owed"/> was last asked.</summary>
    public TimeSpan LeftThen => TimeSpan.FromSeconds(_savedSeconds);

    private TimeSpan OwedThen => _savedSeconds >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_savedSeconds / limit);

    private void Fill()
    {
        long now = time.GetTimestamp();
        TimeSpan spentNow = spent();
        double earned = time.GetElapsedTime(_filledAt, now).TotalSeconds * limit;
        _savedSeconds = Math.Min(burst.TotalSeconds, _savedSeconds + earned - (spentNow - _spentBefore).TotalSeconds);
        (_filledAt, _spentBefore) = (now, spentNow);
    }
}
