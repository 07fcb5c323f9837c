namespace Terrace.Host.Daemon;

/// <summary>
/// Processes that rules take but another instance of Terrace manages: nothing tells when that ends, so they are looked at again from time
/// to time. For the loop's thread only.
/// </summary>
internal sealed class ManagedElsewhere(TimeProvider time)
{
    // What terrace run and manage leave behind is as they left it: nobody waits for the next look.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5);

    private readonly HashSet<int> _pids = [];
    private long _lookedAt = time.GetTimestamp();

    /// <summary>How many there are.</summary>
    public int Count => _pids.Count;

    /// <summary>Notes one; true when it was not known yet.</summary>
    public bool Add(int pid) => _pids.Add(pid);

    /// <summary>Forgets one.</summary>
    public void Remove(int pid) => _pids.Remove(pid);

    /// <summary>Those that it is time to look at again.</summary>
    public IReadOnlyList<int> TakeDue()
    {
        if (_pids.Count == 0 || time.GetElapsedTime(_lookedAt) < s_lookAgain)
        {
            return [];
        }

        _lookedAt = time.GetTimestamp();
        return [.. _pids];
    }
}
