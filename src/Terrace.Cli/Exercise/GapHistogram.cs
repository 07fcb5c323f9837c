using System.Numerics;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Counts durations in buckets of a sixteenth of their size: 0 ns to hours in 1 KiB counters. One thread adds, another may read meanwhile.
/// </summary>
internal sealed class GapHistogram
{
    private const int SubBits = 4;
    private const int Slots = 64 << SubBits;

    private readonly long[] _counts = new long[Slots];

    /// <summary>Counts one duration in nanoseconds.</summary>
    public void Add(long nanoseconds) => _counts[SlotOf(nanoseconds)]++;

    /// <summary>Adds what came to this histogram since the last call with the same <paramref name="seen"/>.</summary>
    public void CollectInto(GapHistogram total, GapHistogram seen)
    {
        for (int i = 0; i < Slots; i++)
        {
            long count = Volatile.Read(ref _counts[i]);
            total._counts[i] += count - seen._counts[i];
            seen._counts[i] = count;
        }
    }

    /// <summary>Adds all to another histogram.</summary>
    public void AddTo(GapHistogram total)
    {
        for (int i = 0; i < Slots; i++)
        {
            total._counts[i] += _counts[i];
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_counts);

    /// <summary>The duration in nanoseconds that a fraction of all does not exceed, to a sixteenth; 0 when there are none.</summary>
    public double Percentile(double fraction)
    {
        long total = _counts.Sum();
        long wanted = Math.Max(1, (long)Math.Ceiling(total * fraction));
        long seen = 0;
        for (int i = 0; i < Slots && total > 0; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return UpperEdge(i);
            }
        }

        return 0;
    }

    private static int SlotOf(long nanoseconds)
    {
        ulong value = (ulong)Math.Max(0, nanoseconds);
        int shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount(value) - SubBits - 1);
        return Math.Min(Slots - 1, (shift << SubBits) + (int)(value >> shift));
    }

    private static double UpperEdge(int slot)
    {
        int shift = Math.Max(0, (slot >> SubBits) - 1);
        return Math.ScaleB(slot - (shift << SubBits) + 1, shift) - 1;
    }
}
