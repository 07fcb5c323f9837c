namespace Terrace.Core.Tiering;

/// <summary>
/// Keeps the loop's own processor time below a part of one CPU over time. Unused time is saved up to a burst, so that a new target is
/// brought to its share at once and a quiet host pays next to nothing.
/// </summary>
/// <param name="limit">Part of one CPU, above 0; 1 and more never holds anything back.</param>
/// <param name="burst">Time that can be saved up.</param>
/// <param name="time">The clock.</param>
internal sealed class CpuBudget(double limit, TimeSpan burst, TimeProvider time)
{
    private double _savedSeconds = burst.TotalSeconds;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes time that was spent; what is spent beyond the savings is owed.</summary>
    public void Spend(TimeSpan spent)
    {
        Fill();
        _savedSeconds -= spent.TotalSeconds;
    }

    /// <summary>How long to do nothing until all that is owed is paid.</summary>
    public TimeSpan Owed
    {
        get
        {
            if (limit >= 1)
            {
                return TimeSpan.Zero;
            }

            Fill();
            return _savedSeconds >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_savedSeconds / limit);
        }
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        _savedSeconds = Math.Min(burst.TotalSeconds, _savedSeconds + (time.GetElapsedTime(_filledAt, now).TotalSeconds * limit));
        _filledAt = now;
    }
}
