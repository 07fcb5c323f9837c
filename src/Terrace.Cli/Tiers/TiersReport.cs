using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Dax;

namespace Terrace.Cli.Tiers;

/// <summary>What <c>terrace tiers</c> tells.</summary>
internal sealed record TiersReport
{
    /// <summary>Node numbers of each tier, the fastest first.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Tiers { get; init; }

    /// <summary>Memory of each tier, bytes.</summary>
    public required IReadOnlyList<long> TierSizeBytes { get; init; }

    /// <summary>Free memory of each tier, bytes.</summary>
    public required IReadOnlyList<long> TierFreeBytes { get; init; }

    public required IReadOnlyList<DaxReport> Devices { get; init; }

    /// <summary>What the kernel does with new memory blocks; null when it does not say.</summary>
    public string? AutoOnlineBlocks { get; init; }

    /// <summary>What <c>isolate</c> did and has not undone; null for nothing.</summary>
    public IsolationRecord? Isolation { get; init; }

    /// <summary>Groups that were isolated and are so no more: somebody else set them since.</summary>
    public required IReadOnlyList<string> LostGroups { get; init; }

    /// <summary>Why isolated groups may get slow memory anyway; null where they cannot, or none is isolated.</summary>
    public string? IsolationGap { get; init; }

    /// <summary>Memory of CXL devices that is no memory yet, bytes.</summary>
    public long CxlUnusedBytes { get; init; }

    /// <summary>The command that makes memory of it; null where there is none.</summary>
    public string? CxlFix { get; init; }

    public static TiersReport Of(
        IMachine machine,
        IEnumerable<DaxReport> devices,
        string? autoOnline,
        IsolationRecord? isolation,
        IReadOnlyList<string> lost,
        CxlMemory cxl,
        Problem? gap) => new()
        {
            IsolationGap = isolation is null ? null : gap?.ToString(),
            CxlUnusedBytes = cxl.UnusedBytes,
            CxlFix = cxl.UnusedBytes > 0 ? cxl.NextCommand : null,
            Tiers = machine.Topology.Tiers,
            TierSizeBytes = [.. machine.Topology.Tiers.Select(tier => tier.Sum(machine.Topology.CapacityBytesOf))],
            TierFreeBytes = [.. machine.Topology.Tiers.Select(tier => tier.Sum(machine.FreeBytes))],
            Devices = [.. devices],
            AutoOnlineBlocks = autoOnline,
            Isolation = isolation,
            LostGroups = lost,
        };
}
