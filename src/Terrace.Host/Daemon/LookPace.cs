using Microsoft.Extensions.Logging;

namespace Terrace.Host.Daemon;

/// <summary>
/// Who pays for looks at processes that came or changed: the user whose they are. A look costs the more the longer a command line is, and
/// a user can have thousands of processes: beyond a pace the processes of that user wait for their turn, and those of others do not. Root's
/// never wait. For the loop's thread only.
/// </summary>
/// <param name="look">Looks at one.</param>
/// <param name="spent">Processor time that looks take, so far.</param>
/// <param name="userOf">The user of a process; null when it has ended.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Hears of users whose processes wait.</param>
internal sealed class LookPace(Action<int> look, Func<TimeSpan> spent, Func<int, uint?> userOf, TimeProvider time, ILogger log)
{
    /// <summary>Processor time for one user's processes, milliseconds a second.</summary>
    public const double PerSecond = 20;

    /// <summary>Milliseconds that can be saved up.</summary>
    public const double Burst = 1000;

    /// <summary>The same for all users together, of whom one can have thousands (subuid(5)).</summary>
    public const double PerSecondOfAll = 40;

    /// <summary>Milliseconds that these can save up.</summary>
    public const double BurstOfAll = 2000;

    /// <summary>Lines of the log in a minute.</summary>
    private const int MostLines = 5;

    /// <summary>
    /// Time that looks may take between two ticks, a quarter of a second, with all else that finding processes takes: what is managed
    /// already has its rounds in between.
    /// </summary>
    private static readonly TimeSpan s_mostOfTick = TimeSpan.FromMilliseconds(12);

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<uint, User> _users = [];
    private readonly Dictionary<int, User> _waiting = [];
    private readonly Queue<User> _turns = [];
    private readonly TokenBucket _all = new(PerSecondOfAll, BurstOfAll, time);
    private long _tickAt = time.GetTimestamp();
    private long _minuteAt = time.GetTimestamp();
    private int _lines;

    /// <summary>Processes that wait to be looked at.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Users whose processes wait, or who have something to pay off.</summary>
    public int Users => _users.Count;

    /// <summary>Processor time that looks at users' processes have taken: it is bounded here, and not by what tiering may take.</summary>
    public TimeSpan Spent { get; private set; }

    /// <summary>Looks at a process, now or when it is its user's turn.</summary>
    public void Look(int pid)
    {
        if (_waiting.ContainsKey(pid))
        {
            return;
        }

        TimeSpan begun = spent();
        if (userOf(pid) is not (> 0 and var number))
        {
            look(pid);
            return;
        }

        User user = Known(number);
        if (user.Waiting.Count == 0 && MayLook(user))
        {
            look(pid);
        }
        else
        {
            Postpone(user, pid);
        }

        Charge(user, begun);
    }

    /// <summary>Begins a tick: time for looks begins to run.</summary>
    public void BeginTick() => _tickAt = time.GetTimestamp();

    /// <summary>True while there is time for looks in this tick.</summary>
    public bool HasTime => time.GetElapsedTime(_tickAt) < s_mostOfTick;

    /// <summary>Looks at processes whose turn it is, in what is left of a tick's time.</summary>
    public void Tick()
    {
        int idle = 0;
        while (_turns.Count > idle && HasTime)
        {
            User user = _turns.Dequeue();
            if (user.Waiting.First is not { } pid)
            {
                user.IsInTurn = false;
                continue;
            }

            _turns.Enqueue(user);
            if (!MayLook(user))
            {
                Say(user);
                idle++;
                continue;
            }

            idle = 0;
            Forget(pid);
            TimeSpan begun = spent();
            look(pid);
            Charge(user, begun);
        }

        if (time.GetElapsedTime(_minuteAt) >= s_minute)
        {
            (_minuteAt, _lines) = (time.GetTimestamp(), 0);
            foreach (User user in _users.Values.Where(user => user.Waiting.Count == 0 && user.Bucket.IsFull).ToList())
            {
                _users.Remove(user.Number);
            }
        }
    }

    /// <summary>A process has ended.</summary>
    public void Forget(int pid)
    {
        if (_waiting.Remove(pid, out User? user))
        {
            user.Waiting.Remove(pid);
            if (user.Waiting.Count == 0)
            {
                user.IsSaid = false;
            }
        }
    }

    /// <summary>All but these have ended.</summary>
    public void ForgetBut(IEnumerable<int> there)
    {
        if (_waiting.Count > 0)
        {
            foreach (int gone in _waiting.Keys.Except(there).ToList())
            {
                Forget(gone);
            }
        }
    }

    private bool MayLook(User user) => HasTime && user.Bucket.Wait == TimeSpan.Zero && _all.Wait == TimeSpan.Zero;

    private User Known(uint number)
    {
        if (!_users.TryGetValue(number, out User? user))
        {
            _users[number] = user = new User(number, new TokenBucket(PerSecond, Burst, time));
        }

        return user;
    }

    private void Postpone(User user, int pid)
    {
        user.Waiting.Add(pid);
        _waiting.Add(pid, user);
        if (!user.IsInTurn)
        {
            user.IsInTurn = true;
            _turns.Enqueue(user);
        }

        Say(user);
    }

    // What only waits for the next tick is not worth a line.
    private void Say(User user)
    {
        if (!user.IsSaid && user.Bucket.Wait > TimeSpan.Zero && ++_lines <= MostLines)
        {
            user.IsSaid = true;
            DaemonLog.LooksWait(log, user.Number);
        }
    }

    private void Charge(User user, TimeSpan begun)
    {
        TimeSpan took = spent() - begun;
        Spent += took;
        user.Bucket.Charge(took.TotalMilliseconds);
        _all.Charge(took.TotalMilliseconds);
    }

    private sealed class User(uint number, TokenBucket bucket)
    {
        public uint Number { get; } = number;

        public TokenBucket Bucket { get; } = bucket;

        public WaitingProcesses Waiting { get; } = new();

        /// <summary>It is in the queue.</summary>
        public bool IsInTurn { get; set; }

        /// <summary>The log has said that its processes wait.</summary>
        public bool IsSaid { get; set; }
    }
}
