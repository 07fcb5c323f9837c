using System.Numerics;
using System.Runtime.CompilerServices;

namespace Terrace.Simulation.Chance;

/// <summary>
/// The only source of randomness in a simulation: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", 2018), its state filled by SplitMix64 from one seed. Equal seeds give equal sequences on every machine.
/// A struct, so that a loop can keep a copy in registers and write it back at the end.
/// </summary>
public struct SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts the sequence of a seed; every seed, 0 included, is a good one.</summary>
    public SeededRandom(ulong seed)
    {
        _a = Scramble(ref seed);
        _b = Scramble(ref seed);
        _c = Scramble(ref seed);
        _d = Scramble(ref seed);
    }

    /// <summary>64 uniform bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>
    /// A uniform number in [0, <paramref name="bound"/>). The multiply-shift keeps a bias below bound / 2^32, which no run here can tell.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Below(int bound) => Scale((uint)(Next() >> 32), bound);

    /// <summary>A uniform number in [0, 1) with 53 bits.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A random order of 0 … <paramref name="count"/> - 1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int other = Below(i + 1);
            order[i] = order[other];
            order[other] = i;
        }

        return order;
    }

    /// <summary>A seed for a part of the simulation that should not share its sequence with the others.</summary>
    public static ulong Derive(ulong seed, ulong part)
    {
        ulong mixed = seed ^ (part * 0xD1342543DE82EF95);
        return Scramble(ref mixed);
    }

    /// <summary>Maps 32 uniform bits to [0, <paramref name="bound"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Scale(uint bits, int bound) => (int)(((ulong)bits * (uint)bound) >> 32);

    /// <summary>One step of SplitMix64.</summary>
    private static ulong Scramble(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
