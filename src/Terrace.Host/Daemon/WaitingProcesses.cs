namespace Terrace.Host.Daemon;

/// <summary>
/// Processes that a rule takes and that are not managed for want of descriptors, in the order in which they came: they are taken
/// in that order when there is room again.
/// </summary>
internal sealed class WaitingProcesses
{
    private readonly LinkedList<int> _order = [];
    private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];

    /// <summary>How many wait.</summary>
    public int Count => _order.Count;

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public int? First => _order.First?.Value;

    /// <summary>Puts a process at the end, unless it waits already.</summary>
    public void Add(int pid)
    {
        if (!_nodes.ContainsKey(pid))
        {
            _nodes.Add(pid, _order.AddLast(pid));
        }
    }

    /// <summary>It waits no longer.</summary>
    public void Remove(int pid)
    {
        if (_nodes.Remove(pid, out LinkedListNode<int>? node))
        {
            _order.Remove(node);
        }
    }

    /// <summary>Those that are not in the set wait no longer: they have ended.</summary>
    public void RemoveAllBut(IReadOnlySet<int> there)
    {
        foreach (int gone in _nodes.Keys.Where(pid => !there.Contains(pid)).ToList())
        {
            Remove(gone);
        }
    }
}
