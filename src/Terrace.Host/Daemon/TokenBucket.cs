namespace Terrace.Host.Daemon;

/// <summary>
/// A pace: tokens that come steadily and are saved up to a burst. What is taken on credit is made up for before more is given. For one
/// thread.
/// </summary>
/// <param name="perSecond">Tokens that come.</param>
/// <param name="burst">Tokens that can be saved up; it begins with these.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    // Tokens short of a full bucket.
    private double _missing;
    private long _filledAt = time.GetTimestamp();

    /// <summary>True when nothing is missing, so that a new bucket would be the same.</summary>
    public bool IsFull => Fill() <= 0;

    /// <summary>How long until there is a token.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(Math.Max(0, (Fill() - (burst - 1)) / perSecond));

    /// <summary>Takes one, if there is one.</summary>
    public bool TryTake()
    {
        if (Fill() > burst - 1)
        {
            return false;
        }

        _missing++;
        return true;
    }

    /// <summary>Takes some, on credit if need be.</summary>
    public void Charge(double tokens) => _missing = Fill() + tokens;

    private double Fill()
    {
        long now = time.GetTimestamp();
        _missing = Math.Max(0, _missing - (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
        return _missing;
    }
}
