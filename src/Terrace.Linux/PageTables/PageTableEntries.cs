using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Terrace.Core.Layout;
using Terrace.Core.Tracking;
using static Terrace.Linux.PageTables.PageTableEntry;

namespace Terrace.Linux.PageTables;

/// <summary>
/// Turns the 512 entries of a last-level page table into a chunk's facts, four entries at a time where the CPU has vectors of four. Nearly all
/// frames are in the same run of frames as the one before, so that one comparison places four. Both forms give the same result, and both are compiled fully at once, because a scan of a
/// large process is long enough to notice the first, slow compilation.
/// </summary>
internal static class PageTableEntries
{
    private const int AccessedBit = 5;
    private const ulong AllFour = 0b1111;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeVectors(ReadOnlySpan<ulong> entries, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        facts = default;
        ref ulong first = ref MemoryMarshal.GetReference(entries[..Entries]);
        ulong presentWord = 0;
        ulong accessedWord = 0;
        ulong lowWord = 0;
        ulong highWord = 0;
        addressMask &= FrameAddressMask;
        int place = 0;

        // No address is in this first run.
        Vector256<ulong> runStart = Vector256<ulong>.AllBitsSet >> 1;
        Vector256<ulong> runLast = Vector256<ulong>.Zero;
        for (int i = 0; i < Entries; i += Vector256<ulong>.Count)
        {
            int shift = i & 63;
            if (shift == 0 && i > 0)
            {
                Store(ref facts, (i >> 6) - 1, presentWord, accessedWord, lowWord, highWord);
                presentWord = accessedWord = lowWord = highWord = 0;
            }

            Vector256<ulong> entry = Vector256.LoadUnsafe(ref first, (nuint)i);
            ulong mapped = AllFour;
            Vector256<ulong> address = entry & Vector256.Create(addressMask);
            if ((entry & Vector256.Create(_PAGE_PRESENT | _PAGE_SPECIAL)) != Vector256.Create(_PAGE_PRESENT))
            {
                Vector256<ulong> kind = entry & Vector256.Create(_PAGE_PRESENT | _PAGE_PROTNONE | _PAGE_SPECIAL);
                Vector256<ulong> hinting = Vector256.Equals(kind, Vector256.Create(_PAGE_PROTNONE));
                Vector256<ulong> isPresent = Vector256.Equals(kind & Vector256.Create(_PAGE_PRESENT | _PAGE_SPECIAL), Vector256.Create(_PAGE_PRESENT));
                mapped = (hinting | isPresent).ExtractMostSignificantBits();
                address = (entry ^ hinting) & Vector256.Create(addressMask);
            }

            ulong inPlace = mapped & Within(address, runStart, runLast);
            ulong isLow = (place & 1) != 0 ? inPlace : 0;
            ulong isHigh = (place & 2) != 0 ? inPlace : 0;
            for (ulong left = mapped & ~inPlace; left != 0; left &= ~inPlace)
            {
                int lane = BitOperations.TrailingZeroCount(left);
                ref readonly PlaceRange run = ref frames.RunOf(address[lane] >> Chunk.PageShift);
                if (run.Place < 0)
                {
                    mapped &= ~(1UL << lane);
                    inPlace = 1UL << lane;
                    continue;
                }

                place = run.Place;
                runStart = Vector256.Create(run.Start << Chunk.PageShift);
                runLast = Vector256.Create((run.End << Chunk.PageShift) - 1);
                inPlace = left & Within(address, runStart, runLast);
                isLow |= (place & 1) != 0 ? inPlace : 0;
                isHigh |= (place & 2) != 0 ? inPlace : 0;
            }

            presentWord |= mapped << shift;
            accessedWord |= (mapped & Vector256.ShiftLeft(entry, 63 - AccessedBit).ExtractMostSignificantBits()) << shift;
            lowWord |= isLow << shift;
            highWord |= isHigh << shift;
        }

        Store(ref facts, BitPlane.Words - 1, presentWord, accessedWord, lowWord, highWord);
    }

    private static void Store(ref ChunkFacts facts, int word, ulong present, ulong accessed, ulong low, ulong high)
    {
        facts.Present.AsWords()[word] = present;
        facts.Accessed.AsWords()[word] = accessed;
        facts.PlaceLow.AsWords()[word] = low;
        facts.PlaceHigh.AsWords()[word] = high;
    }

    // A bit for each of the four addresses that is within. Addresses have 52 bits, so the sign of a difference says which is greater.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Within(Vector256<ulong> address, Vector256<ulong> start, Vector256<ulong> last) =>
        ((address - start) | (last - address)).ExtractMostSignificantBits() ^ AllFour;

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
        facts.PlaceLow.AsWords()[word] |= (place & 1) != 0 ? bit : 0;
        facts.PlaceHigh.AsWords()[word] |= (place & 2) != 0 ? bit : 0;
    }
}
