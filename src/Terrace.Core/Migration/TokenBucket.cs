namespace Terrace.Core.Migration;

/// <summary>
/// A rate limit in bytes per second. The bucket holds one twentieth of a second's worth, so over any second at most 1.05 × the rate
/// passes; the burst is never below one page. A huge page that is larger passes when nothing is owed, and what follows waits until it
/// is paid off.
/// </summary>
public sealed class TokenBucket
{
    private const int BurstsPerSecond = 20;

    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private double _tokens;
    private double _flow = 1;
    private long _filledAt;

    /// <summary>Makes a full bucket.</summary>
    public TokenBucket(long bytesPerSecond, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, Units.Chunk.PageBytes);
        _time = time;
        _bytesPerSecond = bytesPerSecond;
        BurstBytes = Math.Max(bytesPerSecond / BurstsPerSecond, Units.Chunk.PageBytes);
        _tokens = BurstBytes;
        _filledAt = time.GetTimestamp();
    }

    /// <summary>Most bytes that can pass at once.</summary>
    public long BurstBytes { get; }

    /// <summary>Part of the rate that flows in, above 0 to 1; may be changed at any time.</summary>
    public double Flow
    {
        get => _flow;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
            Fill();
            _flow = value;
        }
    }

    /// <summary>Bytes that may pass now; negative while a huge page that was larger than the bucket is being paid off.</summary>
    public long AvailableBytes
    {
        get
        {
            Fill();
            return (long)Math.Floor(_tokens);
        }
    }

    /// <summary>
    /// Takes bytes out. More than are available may be taken only by what cannot be divided: the debt is paid before anything
    /// else passes.
    /// </summary>
    public void Take(long bytes)
    {
        Fill();
        _tokens -= bytes;
    }

    /// <summary>Time until that many bytes (at most a burst) may pass.</summary>
    public TimeSpan TimeUntil(long bytes)
    {
        Fill();
        double missing = Math.Min(bytes, BurstBytes) - _tokens;

        // A tick more: a pause that is rounded down would end a byte too early, and the next one would be no pause at all.
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(missing / (_bytesPerSecond * _flow)) + TimeSpan.FromTicks(1);
    }

    private void Fill()
    {
        long now = _time.GetTimestamp();
        _tokens = Math.Min(BurstBytes, _tokens + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond * _flow));
        _filledAt = now;
    }
}
