using Terrace.Core.Machine;
using Terrace.Host.Guests;

namespace Terrace.Host.Daemon;

/// <summary>
/// Says to a publisher which of the managed processes are guests that are to know where their memory lies. For one thread.
/// </summary>
internal sealed class PublishedTargets(LayoutPublisher publisher)
{
    /// <summary>Looking takes at most this part of the daemon's CPU limit (1 in N).</summary>
    private const int PartOfLimit = 3;

    private readonly List<int> _given = [];
    private readonly List<int> _published = [];
    private Topology? _topology;
    private double _cpuLimit;

    /// <summary>Follows the managed processes. Costs next to nothing when they are the same as before.</summary>
    /// <param name="targets">The processes that are managed.</param>
    /// <param name="topology">The host's nodes.</param>
    /// <param name="cpuLimit">The daemon's limit, of one CPU.</param>
    public void Follow(IReadOnlyCollection<ManagedTarget> targets, Topology topology, double cpuLimit)
    {
        _given.Clear();
        foreach (ManagedTarget target in targets)
        {
            if (target.Rule.PublishLayout)
            {
                _given.Add(target.Pid);
            }
        }

        bool same = _given.SequenceEqual(_published);
        if (same && (_given.Count == 0 || (ReferenceEquals(_topology, topology) && _cpuLimit == cpuLimit)))
        {
            return;
        }

        (_topology, _cpuLimit) = (topology, cpuLimit);
        _published.Clear();
        _published.AddRange(_given);
        publisher.Follow(
            [
                .. targets.Where(target => target.Rule.PublishLayout)
                    .Select(target => (target.Pid, target.Identity.Vm ?? target.Process.Name)),
            ],
            topology,
            cpuLimit / PartOfLimit);
    }
}
