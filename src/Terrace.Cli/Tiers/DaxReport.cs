using Terrace.Linux.Dax;

namespace Terrace.Cli.Tiers;

/// <summary>A dax device as <c>tiers --json</c> writes it.</summary>
internal sealed record DaxReport
{
    public required string Name { get; init; }

    /// <summary>The node whose memory it is or becomes; null when firmware names none.</summary>
    public int? Node { get; init; }

    /// <summary><c>system-ram</c>, <c>devdax</c>, the name of another driver, or null when no driver has it.</summary>
    public string? Mode { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>What is stored there would be overwritten.</summary>
    public bool Nvdimm { get; init; }

    /// <summary>Its memory blocks; null when they cannot be read (only root may).</summary>
    public int? Blocks { get; init; }

    /// <summary>Of these, in use for movable pages only.</summary>
    public int? MovableBlocks { get; init; }

    /// <summary>Of these, not in use.</summary>
    public int? OfflineBlocks { get; init; }

    /// <summary>What descriptors of its pages take of fast memory while it is memory.</summary>
    public long DescriptorBytes { get; init; }

    public static DaxReport Of(DaxDevice device) => new()
    {
        Name = device.Name,
        Node = device.TargetNode >= 0 ? device.TargetNode : null,
        Mode = device.Driver switch { DaxDevice.Kmem => "system-ram", DaxDevice.DeviceDax => "devdax", var other => other },
        SizeBytes = device.SizeBytes,
        Nvdimm = device.IsNvdimm,
        DescriptorBytes = device.DescriptorBytes,
        Blocks = device.Blocks?.Count,
        MovableBlocks = device.Blocks?.Count(block => block.IsMovable),
        OfflineBlocks = device.Blocks?.Count(block => block.State == MemoryBlockState.Offline),
    };
}
