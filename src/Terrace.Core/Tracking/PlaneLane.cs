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

    static abstract TSelf Load(ulong* words);

    static abstract void Store(TSelf lane, ulong* words);

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
    public static Lane512 Load(ulong* words) => new(Vector512.Load(words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane512 lane, ulong* words) => lane._bits.Store(words);

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
    public static Lane256 Load(ulong* words) => new(Vector256.Load(words), Vector256.Load(words + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane256 lane, ulong* words)
    {
        lane._low.Store(words);
        lane._high.Store(words + 4);
    }

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

    public static Lane64 Load(ulong* words) => new(*words);

    public static void Store(Lane64 lane, ulong* words) => *words = lane._bits;

    public static bool IsZero(Lane64 lane) => lane._bits == 0;

    public static int PopCount(Lane64 lane) => BitOperations.PopCount(lane._bits);

    public static Lane64 operator &(Lane64 left, Lane64 right) => new(left._bits & right._bits);

    public static Lane64 operator |(Lane64 left, Lane64 right) => new(left._bits | right._bits);

    public static Lane64 operator ^(Lane64 left, Lane64 right) => new(left._bits ^ right._bits);

    public static Lane64 operator ~(Lane64 lane) => new(~lane._bits);
}
