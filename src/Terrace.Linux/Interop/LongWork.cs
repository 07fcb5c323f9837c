namespace Terrace.Linux.Interop;

/// <summary>
/// Places for what takes long and is done bit by bit, or by a thread of its own: reading tens of thousands of mappings, clearing the
/// accessed bits in as many. A user has one, whatever number of processes they have, and all users together a few; root's processes have
/// places that nobody else takes. After it a user has none for a while: what takes a CPU for long takes it from others, too. For any
/// thread.
/// </summary>
internal sealed class LongWork(TimeProvider? time = null)
{
    /// <summary>A user rests this many times as long as what was done by a thread of its own.</summary>
    private const int RestOfUser = 3;

    /// <summary>With more users that rest, those whose rest is over are forgotten.</summary>
    private const int Many = 64;

    /// <summary>Places of root's processes, and as many of all users'.</summary>
    public const int Places = 4;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<int, uint> _users = [];
    private readonly Dictionary<uint, (long At, TimeSpan Span)> _resting = [];

    /// <summary>Takes a place for a process; true also when it has one.</summary>
    public bool TryEnter(int pid)
    {
        lock (_gate)
        {
            if (_users.ContainsKey(pid))
            {
                return true;
            }

            if (ProcessUser.RealOf(pid) is not { } user)
            {
                // It has ended: nothing of it takes long.
                return true;
            }

            if (_users.Values.Count(other => (other == 0) == (user == 0)) >= Places
                || (user != 0 && (_users.ContainsValue(user) || Rests(user))))
            {
                return false;
            }

            _users.Add(pid, user);
            return true;
        }
    }

    /// <summary>Gives the place of a process back, if it has one; <paramref name="took"/> is how long a thread worked for it.</summary>
    public void Leave(int pid, TimeSpan took = default)
    {
        lock (_gate)
        {
            if (_users.Remove(pid, out uint user) && user != 0 && took > TimeSpan.Zero)
            {
                _resting[user] = (_time.GetTimestamp(), took * RestOfUser);
                if (_resting.Count > Many)
                {
                    _resting.Keys.Where(known => !Rests(known)).ToList().ForEach(known => _resting.Remove(known));
                }
            }
        }
    }

    private bool Rests(uint user) =>
        _resting.TryGetValue(user, out (long At, TimeSpan Span) one) && _time.GetElapsedTime(one.At) < one.Span;
}
