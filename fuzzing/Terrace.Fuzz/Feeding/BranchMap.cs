using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Terrace.Fuzz.Feeding;

/// <summary>
/// Passes on which branches an input took. The instrumentation spreads its counters over 64 KiB, which afl-fuzz would clear and
/// search for each input; here those that were ever counted get places next to one another, in a much smaller map and without two
/// branches in one place.
/// </summary>
internal sealed unsafe class BranchMap(byte* places)
{
    /// <summary>Length of the map that afl-fuzz sees.</summary>
    public const int Places = 1 << 13;

    // The instrumentation numbers branches with 16 bits.
    private const int Counters = 1 << 16;

    private readonly ushort[] _placeOf = new ushort[Counters];
    private int _taken;

    /// <summary>What the instrumentation counts in.</summary>
    public byte* Memory { get; } = (byte*)NativeMemory.AlignedAlloc(Counters, (nuint)Vector256<byte>.Count);

    /// <summary>Forgets what was counted.</summary>
    public void Clear() => new Span<byte>(Memory, Counters).Clear();

    /// <summary>Passes on what was counted since the last time, and forgets it.</summary>
    public void PassOn()
    {
        for (int at = 0; at < Counters; at += Vector256<byte>.Count)
        {
            if (Vector256.LoadAligned(Memory + at) == Vector256<byte>.Zero)
            {
                continue;
            }

            for (int counter = at; counter < at + Vector256<byte>.Count; counter++)
            {
                if (Memory[counter] != 0)
                {
                    places[PlaceOf(counter)] = Memory[counter];
                    Memory[counter] = 0;
                }
            }
        }
    }

    // The first place is 1, so that 0 says that there is none yet. More branches than places share them.
    private int PlaceOf(int counter)
    {
        if (_placeOf[counter] == 0)
        {
            _placeOf[counter] = (ushort)(1 + (_taken++ % (Places - 1)));
        }

        return _placeOf[counter];
    }
}
