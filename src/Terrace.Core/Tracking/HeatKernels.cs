using Terrace.Core.Machine;

namespace Terrace.Core.Tracking;

/// <summary>The plane kernels for one width of vectors and one number of place bits, chosen once for a map and not for each call.</summary>
internal abstract unsafe class HeatKernels
{
    /// <summary>Those for a width and a number of place bits.</summary>
    public static HeatKernels Of(PlaneWidth width, int placeBits) => placeBits == PlaceMap.FewBits
        ? width switch
        {
            PlaneWidth.Vector512 => HeatKernels<Lane512, FewPlaces>.Instance,
            PlaneWidth.Vector256 => HeatKernels<Lane256, FewPlaces>.Instance,
            _ => HeatKernels<Lane64, FewPlaces>.Instance,
        }
        : width switch
        {
            PlaneWidth.Vector512 => HeatKernels<Lane512, ManyPlaces>.Instance,
            PlaneWidth.Vector256 => HeatKernels<Lane256, ManyPlaces>.Instance,
            _ => HeatKernels<Lane64, ManyPlaces>.Instance,
        };

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.Record"/>
    public abstract void Record(ulong* record, in ChunkFacts facts, int before);

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.Fold"/>
    public abstract void Fold(ulong* record);

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.CountRound"/>
    public abstract (int Hot, int Touched) CountRound(ulong* record, int scans);

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.AddToForecast"/>
    public abstract void AddToForecast(ulong* record, int fastPlaces, long* pages, long* counts);

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.AddToHistogram"/>
    public abstract void AddToHistogram(ulong* record, long* all, long* resting);

    /// <inheritdoc cref="PlaneKernels{TLane, TPlaces}.Select"/>
    public abstract bool Select(ulong* record, int places, int bound, bool above, ulong* beyond, ulong* at);
}

/// <inheritdoc/>
internal sealed unsafe class HeatKernels<TLane, TPlaces> : HeatKernels
    where TLane : unmanaged, IPlaneLane<TLane>
    where TPlaces : struct, IPlaceBits
{
    /// <summary>The only one: it has no state.</summary>
    public static HeatKernels<TLane, TPlaces> Instance { get; } = new();

    public override void Record(ulong* record, in ChunkFacts facts, int before) =>
        PlaneKernels<TLane, TPlaces>.Record(record, in facts, before);

    public override void Fold(ulong* record) => PlaneKernels<TLane, TPlaces>.Fold(record);

    public override (int Hot, int Touched) CountRound(ulong* record, int scans) => PlaneKernels<TLane, TPlaces>.CountRound(record, scans);

    public override void AddToForecast(ulong* record, int fastPlaces, long* pages, long* counts) =>
        PlaneKernels<TLane, TPlaces>.AddToForecast(record, fastPlaces, pages, counts);

    public override void AddToHistogram(ulong* record, long* all, long* resting) =>
        PlaneKernels<TLane, TPlaces>.AddToHistogram(record, all, resting);

    public override bool Select(ulong* record, int places, int bound, bool above, ulong* beyond, ulong* at) =>
        PlaneKernels<TLane, TPlaces>.Select(record, places, bound, above, beyond, at);
}
