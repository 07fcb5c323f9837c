namespace Terrace.Core.Tracking;

/// <summary>
/// When chunks that rest are looked at: each is due once in a time, a part of them after the other. Neighbours are looked at
/// together, as the kernel mostly has their page tables side by side.
/// </summary>
/// <param name="every">How often each chunk is due.</param>
internal sealed class ColdLooks(TimeSpan every)
{
    /// <summary>Parts.</summary>
    public const int Parts = 16;

    /// <summary>Neighbours that are of one part, as a power of 2.</summary>
    private const int RunShift = 5;

    private const ulong RunLength = 1UL << RunShift;

    private long _done;
    private TimeSpan _at;
    private uint _due;
    private uint _missed;

    /// <summary>From one part to the next.</summary>
    public TimeSpan Step { get; } = every / Parts;

    /// <summary>
    /// Moves to a time, of any origin: what has become due since the last call is due, until the next call. All is when that was long
    /// ago.
    /// </summary>
    public void MoveTo(TimeSpan now)
    {
        _at = _at > now || _done == 0 ? now - Step : _at;
        long steps = (long)((now - _at) / Step);
        _at += Step * steps;
        (_due, _missed) = (_missed, 0);
        for (long i = 0; i < Math.Min(steps, Parts); i++)
        {
            _due |= 1U << (int)(_done++ % Parts);
        }
    }

    /// <summary>Those that are due could not be looked at: they still are after the next call of <see cref="MoveTo"/>.</summary>
    public void Miss() => _missed = _due;

    /// <summary>Until the next call of <see cref="MoveTo"/> all are due.</summary>
    public void MakeAllDue() => _due = (1U << Parts) - 1;

    /// <summary>True when a chunk is to be looked at.</summary>
    public bool IsDue(ulong chunk) => (_due & (1U << (int)((chunk >> RunShift) % Parts))) != 0;

    /// <summary>The first chunk after one that is not due that may be.</summary>
    public ulong NextDue(ulong chunk)
    {
        ulong run = chunk >> RunShift;
        for (int i = 1; i <= Parts; i++)
        {
            if ((_due & (1U << (int)((run + (ulong)i) % Parts))) != 0)
            {
                return (run + (ulong)i) * RunLength;
            }
        }

        return ulong.MaxValue;
    }
}
