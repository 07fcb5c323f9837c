using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Terrace.Core.Layout;
using Terrace.Core.Tracking;
using static Terrace.Linux.PageTables.PageTableEntry;

namespace Terrace.Linux.PageTables;

/// <summary>
/// Turns the 512 entries of a last-level page table into a chunk's facts. Vectors of 8 or 4 entries where the CPU has them;
/// all forms give the same result, and all are compiled
/// fully at once, because a scan of a large process is long enough to notice the first, slow compilation. Frames are compared with the few runs that the machine's places consist of; a machine with
/// many runs is looked up entry by entry.
/// </summary>
internal static class PageTableEntries
{
    /// <summary>Above this many runs a binary search for each entry is cheaper than comparing with every run.</summary>
    private const int MaxComparedRanges = 12;

    /// <summary>Decodes; <paramref name="addressMask"/> is <see cref="FrameAddressMask"/> without the memory-encryption bit.</summary>
    public static void Decode(ReadOnlySpan<ulong> entries, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        ReadOnlySpan<PlaceRange> ranges = frames.PlaceRanges;
        if (ranges.Length > MaxComparedRanges)
        {
            DecodeScalar(entries, addressMask, frames, ref facts);
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            Decode512(entries, addressMask, ranges, ref facts);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Decode256(entries, addressMask, ranges, ref facts);
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
        Span<ulong> present = facts.Present.AsWords();
        Span<ulong> accessed = facts.Accessed.AsWords();
        Span<ulong> low = facts.PlaceLow.AsWords();
        Span<ulong> high = facts.PlaceHigh.AsWords();
        for (int i = 0; i < Entries; i++)
        {
            ulong entry = entries[i];
            if ((entry & (_PAGE_PRESENT | _PAGE_PROTNONE)) == 0 || (entry & _PAGE_SPECIAL) != 0)
            {
                continue;
            }

            int place = frames.PlaceOf((PageTableEntry.Address(entry) & addressMask) >> Chunk.PageShift);
            if (place < 0)
            {
                continue;
            }

            ulong bit = 1UL << (i & 63);
            int word = i >> 6;
            present[word] |= bit;
            accessed[word] |= (entry & _PAGE_ACCESSED) != 0 ? bit : 0;
            low[word] |= (place & 1) != 0 ? bit : 0;
            high[word] |= (place & 2) != 0 ? bit : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Decode512(ReadOnlySpan<ulong> entries, ulong addressMask, ReadOnlySpan<PlaceRange> ranges, ref ChunkFacts facts)
    {
        facts = default;
        ref ulong first = ref MemoryMarshal.GetReference(entries[..Entries]);
        Span<ulong> present = facts.Present.AsWords();
        Span<ulong> accessed = facts.Accessed.AsWords();
        Span<ulong> low = facts.PlaceLow.AsWords();
        Span<ulong> high = facts.PlaceHigh.AsWords();
        for (int i = 0; i < Entries; i += Vector512<ulong>.Count)
        {
            Vector512<ulong> entry = Vector512.LoadUnsafe(ref first, (nuint)i);
            if (entry == Vector512<ulong>.Zero)
            {
                continue;
            }

            Vector512<ulong> hasPresent = Vector512.Equals(entry & Vector512.Create(_PAGE_PRESENT), Vector512.Create(_PAGE_PRESENT));
            Vector512<ulong> hinting = Vector512.Equals(entry & Vector512.Create(_PAGE_PRESENT | _PAGE_PROTNONE), Vector512.Create(_PAGE_PROTNONE));
            Vector512<ulong> ordinary = Vector512.Equals(entry & Vector512.Create(_PAGE_SPECIAL), Vector512<ulong>.Zero);
            Vector512<ulong> address = (entry ^ hinting) & Vector512.Create(FrameAddressMask & addressMask);
            Vector512<ulong> known = Vector512<ulong>.Zero;
            Vector512<ulong> isLow = Vector512<ulong>.Zero;
            Vector512<ulong> isHigh = Vector512<ulong>.Zero;
            foreach (ref readonly PlaceRange range in ranges)
            {
                Vector512<ulong> within = Vector512.GreaterThanOrEqual(address, Vector512.Create(range.Start << Chunk.PageShift))
                    & Vector512.LessThan(address, Vector512.Create(range.End << Chunk.PageShift));
                known |= within;
                isLow |= (range.Place & 1) != 0 ? within : Vector512<ulong>.Zero;
                isHigh |= (range.Place & 2) != 0 ? within : Vector512<ulong>.Zero;
            }

            Vector512<ulong> mapped = (hasPresent | hinting) & ordinary & known;
            Vector512<ulong> wasAccessed = Vector512.Equals(entry & Vector512.Create(_PAGE_ACCESSED), Vector512.Create(_PAGE_ACCESSED));
            int word = i >> 6;
            int shift = i & 63;
            present[word] |= mapped.ExtractMostSignificantBits() << shift;
            accessed[word] |= (mapped & wasAccessed).ExtractMostSignificantBits() << shift;
            low[word] |= (mapped & isLow).ExtractMostSignificantBits() << shift;
            high[word] |= (mapped & isHigh).ExtractMostSignificantBits() << shift;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Decode256(ReadOnlySpan<ulong> entries, ulong addressMask, ReadOnlySpan<PlaceRange> ranges, ref ChunkFacts facts)
    {
        facts = default;
        ref ulong first = ref MemoryMarshal.GetReference(entries[..Entries]);
        Span<ulong> present = facts.Present.AsWords();
        Span<ulong> accessed = facts.Accessed.AsWords();
        Span<ulong> low = facts.PlaceLow.AsWords();
        Span<ulong> high = facts.PlaceHigh.AsWords();
        for (int i = 0; i < Entries; i += Vector256<ulong>.Count)
        {
            Vector256<ulong> entry = Vector256.LoadUnsafe(ref first, (nuint)i);
            if (entry == Vector256<ulong>.Zero)
            {
                continue;
            }

            Vector256<ulong> hasPresent = Vector256.Equals(entry & Vector256.Create(_PAGE_PRESENT), Vector256.Create(_PAGE_PRESENT));
            Vector256<ulong> hinting = Vector256.Equals(entry & Vector256.Create(_PAGE_PRESENT | _PAGE_PROTNONE), Vector256.Create(_PAGE_PROTNONE));
            Vector256<ulong> ordinary = Vector256.Equals(entry & Vector256.Create(_PAGE_SPECIAL), Vector256<ulong>.Zero);

            // Addresses have 52 bits, so that AVX2's signed comparison serves.
            Vector256<long> address = ((entry ^ hinting) & Vector256.Create(FrameAddressMask & addressMask)).AsInt64();
            Vector256<ulong> known = Vector256<ulong>.Zero;
            Vector256<ulong> isLow = Vector256<ulong>.Zero;
            Vector256<ulong> isHigh = Vector256<ulong>.Zero;
            foreach (ref readonly PlaceRange range in ranges)
            {
                Vector256<ulong> within = (Vector256.GreaterThan(address, Vector256.Create((long)(range.Start << Chunk.PageShift) - 1))
                    & Vector256.LessThan(address, Vector256.Create((long)(range.End << Chunk.PageShift)))).AsUInt64();
                known |= within;
                isLow |= (range.Place & 1) != 0 ? within : Vector256<ulong>.Zero;
                isHigh |= (range.Place & 2) != 0 ? within : Vector256<ulong>.Zero;
            }

            Vector256<ulong> mapped = (hasPresent | hinting) & ordinary & known;
            Vector256<ulong> wasAccessed = Vector256.Equals(entry & Vector256.Create(_PAGE_ACCESSED), Vector256.Create(_PAGE_ACCESSED));
            int word = i >> 6;
            int shift = i & 63;
            present[word] |= (ulong)mapped.ExtractMostSignificantBits() << shift;
            accessed[word] |= (ulong)(mapped & wasAccessed).ExtractMostSignificantBits() << shift;
            low[word] |= (ulong)(mapped & isLow).ExtractMostSignificantBits() << shift;
            high[word] |= (ulong)(mapped & isHigh).ExtractMostSignificantBits() << shift;
        }
    }
}
