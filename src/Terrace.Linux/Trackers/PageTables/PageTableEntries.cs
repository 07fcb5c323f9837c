using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;
using static Terrace.Linux.KernelMemory.PageTableEntry;

namespace Terrace.Linux.Trackers.PageTables;

/// <summary>
/// Turns the 512 entries of a last-level page table into a chunk's facts, with vectors where the CPU has them. Both forms give
/// the same result,
/// and both are compiled fully at once, because a scan of a large process is long enough to notice the first, slow compilation.
/// </summary>
internal static partial class PageTableEntries
{
    /// <summary>Decodes; <paramref name="addressMask"/> is <see cref="FrameAddressMask"/> without the memory-encryption bit.</summary>
    public static void Decode(ReadOnlySpan<ulong> entries, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            DecodeVectors(entries, addressMask, frames, ref facts);
        }
        else
        {
            DecodeScalar(entries, addressMask, frames, ref facts);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeScalar(ReadOnlySpan<ulong> entries, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        facts = default;
        for (int i = 0; i < Entries; i++)
        {
            DecodeOne(entries[i], i, addressMask, frames, ref facts);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeOne(ulong entry, int index, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        if (!IsMapped(entry))
        {
            return;
        }

        int place = frames.PlaceOf((PageTableEntry.Address(entry) & addressMask) >> Chunk.PageShift);
        if (place < 0)
        {
            return;
        }

        ulong bit = 1UL << (index & 63);
        int word = index >> 6;
        facts.Present.AsWords()[word] |= bit;
        facts.Accessed.AsWords()[word] |= (entry & _PAGE_ACCESSED) != 0 ? bit : 0;
        facts.AddToPlace(word, bit, place);
    }
}
