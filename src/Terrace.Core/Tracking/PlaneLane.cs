using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Terrace.Core.Tracking;

/// <summary>
/// Some consecutive words of a bit plane that one instruction handles. The plane kernels are written once against this and
/// compiled three times; all give identical results.
/// </summary>
internal unsafe interface IPlaneLane<TSelf>
    where TSelf : unmanaged, IPlaneLane<TSelf>
{
    /// <summary>Words of a plane in a lane: 8 or 1.</summary>
    static abstract int Words { get; }

    /// <summary>
    /// The words from <paramref name="start"/> + <paramref name="word"/> on. Two parameters, because the compiler then makes
    /// the offset of each half a part of its instruction; of one sum it makes a register for each plane.
    /// </summary>
    static abstract TSelf Load(ulong* start, int word);

    /// <summary>Stores where <see cref="Load"/> loads from.</summary>
    static abstract void Store(TSelf lane, ulong* start, int word);

    /// <summary>What is in <paramref name="left"/> and not in <paramref name="right"/>, in one instruction.</summary>
    static abstract TSelf AndNot(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    static abstract TSelf operator ~(TSelf lane);

    static abstract bool IsZero(TSelf lane);

    static abstract int PopCount(TSelf lane);
}

/// <summary>A whole plane in one AVX-512 register.</summary>
internal readonly unsafe struct Lane512(Vector512<ulong> bits) : IPlaneLane<Lane512>
{
    private readonly Vector512<ulong> _bits = bits;

    public static int Words => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512 Load(ulong* start, int word) => new(Vector512.Load(start + word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane512 lane, ulong* start, int word) => lane._bits.Store(start + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512 AndNot(Lane512 left, Lane512 right) => new(Vector512.AndNot(left._bits, right._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lane512 lane) => lane._bits == Vector512<ulong>.Zero;

    public static int PopCount(Lane512 lane)
    {
        int count = 0;
        for (int i = 0; i < Vector512<ulong>.Count; i++)
        {
            count += BitOperations.PopCount(lane._bits[i]);
        }

        return count;
    }

    public static Lane512 operator &(Lane512 left, Lane512 right) => new(left._bits & right._bits);

    public static Lane512 operator |(Lane512 left, Lane512 right) => new(left._bits | right._bits);

    public static Lane512 operator ^(Lane512 left, Lane512 right) => new(left._bits ^ right._bits);

    public static Lane512 operator ~(Lane512 lane) => new(~lane._bits);
}

/// <summary>A whole plane in two AVX2 registers: what is done once for a lane is not done twice for its halves.</summary>
internal readonly unsafe struct Lane256(Vector256<ulong> low, Vector256<ulong> high) : IPlaneLane<Lane256>
{
    private readonly Vector256<ulong> _low = low;
    private readonly Vector256<ulong> _high = high;

    public static int Words => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Load(ulong* start, int word) => new(Vector256.Load(start + word), Vector256.Load(start + (word + 4)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane256 lane, ulong* start, int word)
    {
        lane._low.Store(start + word);
        lane._high.Store(start + (word + 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 AndNot(Lane256 left, Lane256 right) =>
        new(Vector256.AndNot(left._low, right._low), Vector256.AndNot(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lane256 lane) => (lane._low | lane._high) == Vector256<ulong>.Zero;

    public static int PopCount(Lane256 lane)
    {
        // One store of each half, and counts of what it stored: taking words out of the registers one by one takes more instructions.
        Lane256 stored = lane;
        ulong* words = (ulong*)&stored;
        return BitOperations.PopCount(words[0]) + BitOperations.PopCount(words[1])
            + BitOperations.PopCount(words[2]) + BitOperations.PopCount(words[3])
            + BitOperations.PopCount(words[4]) + BitOperations.PopCount(words[5])
            + BitOperations.PopCount(words[6]) + BitOperations.PopCount(words[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator &(Lane256 left, Lane256 right) => new(left._low & right._low, left._high & right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator |(Lane256 left, Lane256 right) => new(left._low | right._low, left._high | right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator ^(Lane256 left, Lane256 right) => new(left._low ^ right._low, left._high ^ right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator ~(Lane256 lane) => new(~lane._low, ~lane._high);
}

/// <summary>One word at a time: the portable fallback.</summary>
internal readonly unsafe struct Lane64(ulong bits) : IPlaneLane<Lane64>
{
    private readonly ulong _bits = bits;

    public static int Words => 1;

    public static Lane64 Load(ulong* start, int word) => new(start[word]);

    public static void Store(Lane64 lane, ulong* start, int word) => start[word] = lane._bits;

    public static Lane64 AndNot(Lane64 left, Lane64 right) => new(left._bits & ~right._bits);

    public static bool IsZero(Lane64 lane) => lane._bits == 0;

    public static int PopCount(Lane64 lane) => BitOperations.PopCount(lane._bits);

    public static Lane64 operator &(Lane64 left, Lane64 right) => new(left._bits & right._bits);

    public static Lane64 operator |(Lane64 left, Lane64 right) => new(left._bits | right._bits);

    public static Lane64 operator ^(Lane64 left, Lane64 right) => new(left._bits ^ right._bits);

    public static Lane64 operator ~(Lane64 lane) => new(~lane._bits);
}
