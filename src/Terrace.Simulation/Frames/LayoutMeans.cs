using Terrace.Core.Layout;

namespace Terrace.Simulation.Frames;

/// <summary>What a new layout costs by a means, counted in frames, for memory as it is at the moment.</summary>
/// <param name="Copied">Frames whose content must be copied elsewhere.</param>
/// <param name="AtOnce">Frames that have their new node when the means is done.</param>
/// <param name="Later">Frames that have it when they are freed.</param>
/// <param name="Never">Frames that keep the old node.</param>
public readonly record struct LayoutMeans(long Copied, long AtOnce, long Later, long Never)
{
    /// <summary>
    /// Frames of a memory block that is taken offline and online as a whole: 128 MiB (/sys/devices/system/memory/block_size_bytes
    /// on x86).
    /// </summary>
    public const int HotplugBlockFrames = 32768;

    /// <summary>
    /// In place: nothing is copied, what is free changes at once and what is in use when it is freed. Only what firmware or the
    /// kernel hold for good stays.
    /// </summary>
    public static LayoutMeans InPlace(FrameAllocator frames, MemoryLayout next) =>
        Count(frames, next, owner => owner switch
        {
            FrameOwner.Node => new(0, 1, 0, 0),
            FrameOwner.User or FrameOwner.Cpu => new(0, 0, 1, 0),
            _ => new(0, 0, 0, 1),
        });

    /// <summary>
    /// Moving content: what is in use is copied to frames that are on the wanted node already. No frame's node changes: where the
    /// layout changed because the
    /// memory beneath did, every frame that changed is still told wrongly.
    /// </summary>
    public static LayoutMeans Migration(FrameAllocator frames, MemoryLayout next) =>
        Count(frames, next, owner => new(owner == FrameOwner.User ? 1 : 0, 0, 0, 1));

    /// <summary>
    /// Hotplug: a block goes offline, after all that is in use in it was copied away, and comes back on another node; as a whole,
    /// and not at all when anything in it cannot go.
    /// </summary>
    /// <param name="frames">The memory.</param>
    /// <param name="next">The new layout.</param>
    /// <param name="blockFrames">Frames of a block.</param>
    public static LayoutMeans Hotplug(FrameAllocator frames, MemoryLayout next, int blockFrames = HotplugBlockFrames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(next);
        LayoutMeans all = default;
        for (ulong start = 0; start < next.End; start += (ulong)blockFrames)
        {
            ulong end = Math.Min(start + (ulong)blockFrames, next.End);
            LayoutMeans block = default;
            bool whole = next.Within(start, end).Ranges.Length == 1;
            for (ulong frame = start; frame < end; frame++)
            {
                bool changes = next.NodeOf(frame) != frames.NodeOf((int)frame);
                FrameOwner owner = frames.OwnerOf((int)frame);
                whole &= owner != FrameOwner.Reserved;
                block += new LayoutMeans(owner == FrameOwner.User ? 1 : 0, changes ? 1 : 0, 0, 0);
            }

            all += whole ? (block.AtOnce > 0 ? block : default) : new LayoutMeans(0, 0, 0, block.AtOnce);
        }

        return all;
    }

    /// <summary>The sum of two.</summary>
    public static LayoutMeans operator +(LayoutMeans left, LayoutMeans right) =>
        new(left.Copied + right.Copied, left.AtOnce + right.AtOnce, left.Later + right.Later, left.Never + right.Never);

    /// <summary>The sum of two, for languages without operators.</summary>
    public static LayoutMeans Add(LayoutMeans left, LayoutMeans right) => left + right;

    private static LayoutMeans Count(FrameAllocator frames, MemoryLayout next, Func<FrameOwner, LayoutMeans> each)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(next);
        LayoutMeans all = default;
        for (ulong frame = 0; frame < next.End; frame++)
        {
            if (next.NodeOf(frame) != frames.NodeOf((int)frame))
            {
                all += each(frames.OwnerOf((int)frame));
            }
        }

        return all;
    }
}
