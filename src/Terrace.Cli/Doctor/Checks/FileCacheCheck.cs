using Terrace.Core.Units;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Page cache on slow nodes that nobody maps, which Terrace neither sees nor moves.</summary>
internal sealed class FileCacheCheck : IHostCheck
{
    // Less than this is on every machine, from its start.
    private const long MuchBytes = 64L << 20;
    private const int PartOfSlow = 20;

    public CheckResult Look(DoctorHost host)
    {
        List<int> slow = [.. host.Machine?.Topology.Tiers.Skip(1).SelectMany(tier => tier) ?? []];
        long bytes = slow.Sum(node => NodeFileCache.UnmappedBytes(host.Files, node));
        long all = slow.Sum(node => host.Machine!.Topology.CapacityBytesOf(node));
        bool much = bytes >= MuchBytes && bytes > all / PartOfSlow;
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "file cache",
            State = much ? CheckState.Degraded : CheckState.Works,
            NeededFor = "programs that read files with read(2): cache that nobody maps is neither seen nor moved",
            Detail = slow.Count == 0 ? "there is no slow node for it to be on"
                : $"{ByteSize.Format(bytes)} of it that nobody maps lie on slow nodes",
            Fix = much
                ? "where such programs are slow: free fast memory and drop it once (sudo sysctl vm.drop_caches=1): it comes back "
                    + "there; terrace tiers isolate keeps their groups off slow nodes"
                : null,
        };
    }
}
