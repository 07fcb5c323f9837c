using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using static Terrace.Linux.KernelMemory.PageTableEntry;

namespace Terrace.Linux.Trackers.PageTables;

/// <content>
/// The form with vectors of four entries. Nearly all tables are full, and nearly all their frames in the same two runs of frames
/// (one of fast memory, one of
/// slow): 64 such entries are decoded without a branch; a word of 64 with any other entry goes four by four.
/// </content>
internal static partial class PageTableEntries
{
    private const int AccessedBit = 5;
    private const int EntriesInWord = 64;
    private const int VectorsInWord = EntriesInWord / 4;
    private const ulong AllFour = 0b1111;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecodeVectors(ReadOnlySpan<ulong> entries, ulong addressMask, FrameMap frames, ref ChunkFacts facts)
    {
        // All words of the other planes are stored.
        facts.IsHuge = false;
        facts.HasFolios = false;
        facts.Area = 0;
        facts.PlaceThird = default;
        facts.PlaceFourth = default;
        ref ulong first = ref MemoryMarshal.GetReference(entries[..Entries]);
        addressMask &= FrameAddressMask;
        Run last = Run.Nowhere;
        Run other = Run.Nowhere;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ref ulong start = ref Unsafe.Add(ref first, word * EntriesInWord);
            if (!TryDecodeWord(ref start, addressMask, in last, in other, word, ref facts))
            {
                DecodeByFour(ref start, addressMask, frames, ref last, ref other, word, ref facts);
            }
        }
    }

    /// <summary>64 entries that are all of ordinary pages, in either run; false when they are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDecodeWord(ref ulong start, ulong addressMask, in Run last, in Run other, int word, ref ChunkFacts facts)
    {
        Vector256<ulong> mask = Vector256.Create(addressMask);
        Vector256<ulong> unlike = Vector256<ulong>.Zero;
        Vector256<ulong> outsideBoth = Vector256<ulong>.Zero;

        // A bit for each of the 16 vectors, in each of the four lanes; the bits of the lanes are merged at the end.
        Vector256<ulong> accessed = Vector256<ulong>.Zero;
        Vector256<ulong> outsideLast = Vector256<ulong>.Zero;
        for (int i = VectorsInWord - 1; i >= 0; i--)
        {
            Vector256<ulong> entry = Vector256.LoadUnsafe(ref start, (nuint)(i * Vector256<ulong>.Count));
            unlike |= entry ^ Vector256.Create(_PAGE_PRESENT);
            Vector256<ulong> address = entry & mask;
            Vector256<ulong> outside = last.Outside(address);
            outsideBoth |= outside & other.Outside(address);
            accessed = (accessed + accessed) | (entry & Vector256.Create(_PAGE_ACCESSED));
            outsideLast = (outsideLast + outsideLast) | Vector256.ShiftRightLogical(outside, 63);
        }

        if (
            (unlike & Vector256.Create(_PAGE_PRESENT | _PAGE_SPECIAL)) != Vector256<ulong>.Zero
                || outsideBoth.ExtractMostSignificantBits() != 0)
        {
            return false;
        }

        ulong inOther = Interleave(outsideLast);
        Store(
            ref facts,
            word,
            ulong.MaxValue,
            Interleave(Vector256.ShiftRightLogical(accessed, AccessedBit)),
            last.Low(~inOther) | other.Low(inOther),
            last.High(~inOther) | other.High(inOther));
        if ((last.Upper | other.Upper) != 0)
        {
            AddUpper(ref facts, word, ~inOther, last.Upper, inOther, other.Upper);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeByFour(
        ref ulong start, ulong addressMask, FrameMap frames, ref Run last, ref Run other, int word, ref ChunkFacts facts)
    {
        ulong presentWord = 0;
        ulong accessedWord = 0;
        ulong lowWord = 0;
        ulong highWord = 0;
        for (int i = 0; i < EntriesInWord; i += Vector256<ulong>.Count)
        {
            Vector256<ulong> entry = Vector256.LoadUnsafe(ref start, (nuint)i);
            ulong mapped = AllFour;
            Vector256<ulong> address = entry & Vector256.Create(addressMask);
            if ((entry & Vector256.Create(_PAGE_PRESENT | _PAGE_SPECIAL)) != Vector256.Create(_PAGE_PRESENT))
            {
                Vector256<ulong> kind = entry & Vector256.Create(_PAGE_PRESENT | _PAGE_PROTNONE | _PAGE_SPECIAL);
                Vector256<ulong> hinting = Vector256.Equals(kind, Vector256.Create(_PAGE_PROTNONE));
                Vector256<ulong> isPresent = Vector256.Equals(
                    kind & Vector256.Create(_PAGE_PRESENT | _PAGE_SPECIAL), Vector256.Create(_PAGE_PRESENT));
                mapped = (hinting | isPresent).ExtractMostSignificantBits();
                address = (entry ^ hinting) & Vector256.Create(addressMask);
            }

            ulong inLast = mapped & last.Holds(address);
            ulong inOther = mapped & other.Holds(address);
            if ((last.Upper | other.Upper) != 0)
            {
                AddUpper(ref facts, word, inLast << i, last.Upper, inOther << i, other.Upper);
            }

            ulong isLow = last.Low(inLast) | other.Low(inOther);
            ulong isHigh = last.High(inLast) | other.High(inOther);
            for (ulong left = mapped & ~(inLast | inOther); left != 0; left &= ~inLast)
            {
                int lane = BitOperations.TrailingZeroCount(left);
                ref readonly PlaceRange run = ref frames.RunOf(address[lane] >> Chunk.PageShift);
                if (run.Place < 0)
                {
                    mapped &= ~(1UL << lane);
                    inLast = 1UL << lane;
                    continue;
                }

                (other, last) = (last, new Run(in run));
                inLast = left & last.Holds(address);
                isLow |= last.Low(inLast);
                isHigh |= last.High(inLast);
                if (last.Upper != 0)
                {
                    AddUpper(ref facts, word, inLast << i, last.Upper, 0, 0);
                }
            }

            presentWord |= mapped << i;
            accessedWord |= (mapped & Vector256.ShiftLeft(entry, 63 - AccessedBit).ExtractMostSignificantBits()) << i;
            lowWord |= isLow << i;
            highWord |= isHigh << i;
        }

        Store(ref facts, word, presentWord, accessedWord, lowWord, highWord);
    }

    /// <summary>
    /// Stores the bits of places that only machines with more than four nodes have; apart, so that others pay a comparison.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddUpper(ref ChunkFacts facts, int word, ulong inLast, int last, ulong inOther, int other)
    {
        facts.AddToPlace(word, inLast, last);
        facts.AddToPlace(word, inOther, other);
    }

    private static void Store(ref ChunkFacts facts, int word, ulong present, ulong accessed, ulong low, ulong high)
    {
        facts.Present.AsWords()[word] = present;
        facts.Accessed.AsWords()[word] = accessed;
        facts.PlaceLow.AsWords()[word] = low;
        facts.PlaceHigh.AsWords()[word] = high;
    }

    /// <summary>Bit 4 i + l of the result is bit i of lane l; bits from 16 up are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Interleave(Vector256<ulong> lanes)
    {
        // Halves apart, four times, until there is room for three bits after each.
        lanes &= Vector256.Create(0xFFFFUL);
        lanes = (lanes | Vector256.ShiftLeft(lanes, 24)) & Vector256.Create(0x0000_00FF_0000_00FFUL);
        lanes = (lanes | Vector256.ShiftLeft(lanes, 12)) & Vector256.Create(0x000F_000F_000F_000FUL);
        lanes = (lanes | Vector256.ShiftLeft(lanes, 6)) & Vector256.Create(0x0303_0303_0303_0303UL);
        lanes = (lanes | Vector256.ShiftLeft(lanes, 3)) & Vector256.Create(0x1111_1111_1111_1111UL);
        return lanes[0] | (lanes[1] << 1) | (lanes[2] << 2) | (lanes[3] << 3);
    }

    /// <summary>A run of frames in one place, as physical addresses.</summary>
    private readonly struct Run
    {
        private readonly Vector256<ulong> _start;
        private readonly Vector256<ulong> _last;
        private readonly ulong _low;
        private readonly ulong _high;

        /// <summary>The bits of the place above the two that nearly all machines have; mostly 0.</summary>
        public int Upper { get; }

        public Run(in PlaceRange range)
            : this(range.Start << Chunk.PageShift, (range.End << Chunk.PageShift) - 1)
        {
            _low = (range.Place & 1) != 0 ? ulong.MaxValue : 0;
            _high = (range.Place & 2) != 0 ? ulong.MaxValue : 0;
            Upper = range.Place & ~3;
        }

        private Run(ulong start, ulong last)
        {
            _start = Vector256.Create(start);
            _last = Vector256.Create(last);
        }

        /// <summary>No address is in this one.</summary>
        public static Run Nowhere => new(ulong.MaxValue >> 1, 0);

        /// <summary>
        /// The top bit of each lane says that its address is outside. Addresses have 52 bits, so the sign of a difference says
        /// which is greater.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<ulong> Outside(Vector256<ulong> address) => (address - _start) | (_last - address);

        /// <summary>A bit for each of the four addresses that is within.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Holds(Vector256<ulong> address) => Outside(address).ExtractMostSignificantBits() ^ AllFour;

        /// <summary>Of pages in this run, the low bits of the place.</summary>
        public ulong Low(ulong pages) => pages & _low;

        /// <summary>Of pages in this run, the high bits of the place.</summary>
        public ulong High(ulong pages) => pages & _high;
    }
}
