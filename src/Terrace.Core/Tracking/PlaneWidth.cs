using System.Runtime.Intrinsics;

namespace Terrace.Core.Tracking;

/// <summary>How many bits of a plane one instruction handles.</summary>
public enum PlaneWidth
{
    /// <summary>Portable: 64-bit words.</summary>
    Word64,

    /// <summary>AVX2.</summary>
    Vector256,

    /// <summary>AVX-512.</summary>
    Vector512,
}

/// <summary>Chooses the plane width for this processor.</summary>
public static class PlaneWidths
{
    /// <summary>The widest that this processor handles in hardware.</summary>
    public static PlaneWidth Best =>
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? PlaneWidth.Vector512
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? PlaneWidth.Vector256
        : PlaneWidth.Word64;
}
