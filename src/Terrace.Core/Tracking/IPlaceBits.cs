using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>
/// How many bits a page's place has. The plane kernels are compiled for each, so that loops over places are as short as the
/// machine's number of nodes allows.
/// </summary>
internal interface IPlaceBits
{
    static abstract int Bits { get; }
}

/// <summary>Up to four places.</summary>
internal readonly struct FewPlaces : IPlaceBits
{
    public static int Bits => PlaceMap.FewBits;
}

/// <summary>Up to 16 places.</summary>
internal readonly struct ManyPlaces : IPlaceBits
{
    public static int Bits => PlaceMap.ManyBits;
}
