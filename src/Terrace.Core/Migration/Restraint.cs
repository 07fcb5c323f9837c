namespace Terrace.Core.Migration;

/// <summary>
/// The part of the usual rate that one pressure leaves, 0 to 1. It falls by half in two seconds at the threshold and above, and
/// to nothing at once when
/// the pressure is halfway from there to all of the time; it grows slowly below half of the threshold, and stays as it is in between:
/// <code>
/// pressure  0 ------- threshold/2 ------- threshold ------- (threshold+1)/2 ------- 1
/// rate        grows              stays             halves                   nothing
/// </code>
/// So pressure from outside ends moves within seconds, and what moves themselves cause comes to rest between the marks instead of
/// going on and off
/// (additive increase, multiplicative decrease, as in TCP's congestion control, RFC 5681).
/// </summary>
public sealed class Restraint
{
    /// <summary>The smallest rate above none.</summary>
    public const double Least = 1.0 / 16;

    /// <summary>
    /// Time in which the rate falls by half, and between two looks at a pressure: the kernel averages it every two seconds
    /// (kernel/sched/psi.c, PSI_FREQ).
    /// </summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Time from nothing to the whole rate.</summary>
    private static readonly TimeSpan s_growth = TimeSpan.FromSeconds(32);

    /// <summary>A pressure says something of so much time: what is longer ago does not make the rate grow.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(10);

    private bool _known;

    /// <summary>The part of the rate that is left.</summary>
    public double Allowed { get; private set; } = 1;

    /// <summary>Takes in a pressure; <paramref name="elapsed"/> is the time since the last.</summary>
    public void Update(double pressure, double threshold, TimeSpan elapsed)
    {
        bool first = !_known;
        _known = true;
        if (pressure >= threshold)
        {
            bool severe = first || pressure >= (threshold + 1) / 2;
            double left = Allowed * Math.Pow(0.5, Math.Min(1, elapsed / Interval));
            Allowed = severe || left < Least ? 0 : left;
        }
        else if (pressure < threshold / 2 && Allowed < 1)
        {
            Allowed = Math.Clamp(Allowed + (Math.Min(elapsed.TotalSeconds, s_memory.TotalSeconds) / s_growth.TotalSeconds), Least, 1);
        }
    }

    /// <summary>Takes in a round in which a part of the moves failed. Never ends them: only moves show that they succeed again.</summary>
    public void UpdateByRound(double failed, double threshold) =>
        Allowed = failed >= threshold ? Math.Max(Least, Allowed / 2)
            : failed < threshold / 2 ? Math.Min(1, Allowed + 0.25)
            : Allowed;
}
