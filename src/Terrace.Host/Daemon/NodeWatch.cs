using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Linux;

namespace Terrace.Host.Daemon;

/// <summary>
/// Looks now and then whether memory nodes have come or gone, also while nothing is managed whose rounds would notice, and says once what
/// an operator should know of it.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="wake">Ends rests: there are other tiers to place pages in.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is said.</param>
internal sealed class NodeWatch(LinuxMachine machine, Action wake, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    /// <summary>While nothing can be moved for want of a node.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private Topology _seen = machine.Topology;
    private string[] _said = [];
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Says what is so from the start.</summary>
    public void Begin()
    {
        _seen = machine.Topology;
        Say();
    }

    /// <summary>
    /// To be called often; true when a slow tier has come where there was none. Allocates nothing while nothing changes.
    /// </summary>
    public bool Tick()
    {
        if (ReferenceEquals(machine.Topology, _seen) && time.GetElapsedTime(_lookedAt) >= (_seen.HasSlowTier ? s_every : s_soon))
        {
            _lookedAt = time.GetTimestamp();
            machine.Refresh();
        }

        Topology now = machine.Topology;
        if (ReferenceEquals(now, _seen))
        {
            return false;
        }

        (Topology before, _seen) = (_seen, now);
        string tiers = Text(now);
        if (tiers != Text(before))
        {
            int nodes = now.Nodes.Count(node => node.CapacityBytes > 0);
            DaemonLog.NodesChanged(log, nodes, tiers);
            if (before.HasSlowTier && !now.HasSlowTier)
            {
                DaemonLog.Warn(log, "no slow tier is left: nothing is moved until one comes");
            }

            wake();
        }

        Say();
        return now.HasSlowTier && !before.HasSlowTier;
    }

    private void Say()
    {
        string[] warnings = [.. TierWarnings.Of(_seen)];
        foreach (string warning in warnings.Except(_said))
        {
            DaemonLog.Warn(log, warning);
        }

        _said = warnings;
    }

    private static string Text(Topology topology) =>
        string.Join('/', topology.Tiers.Select(tier => string.Join(',', tier)));
}
