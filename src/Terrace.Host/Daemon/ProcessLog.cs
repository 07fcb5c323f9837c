using System.Globalization;
using Microsoft.Extensions.Logging;
using Terrace.Linux.Interop;

namespace Terrace.Host.Daemon;

/// <summary>
/// Bounds what is logged of single processes, by user: who starts thousands of processes must not fill the log, nor hide others' lines in
/// it. What is left out is counted, and said once a minute. A process whose coming was logged is logged when it goes, and one whose coming
/// was not is not. Other messages pass. For one thread; messages that are not of processes pass from any.
/// </summary>
/// <param name="inner">Takes what is logged.</param>
/// <param name="time">The clock.</param>
/// <param name="userOf">The user of a process; null for the kernel's word.</param>
internal sealed class ProcessLog(ILogger inner, TimeProvider time, Func<int, uint?>? userOf = null) : ILogger
{
    /// <summary>Lines of one user at once.</summary>
    public const int Burst = 256;

    /// <summary>Lines of one user a second, on average.</summary>
    public const int PerSecond = 2;

    private static readonly TimeSpan s_summary = TimeSpan.FromMinutes(1);

    private readonly Func<int, uint?> _userOf = userOf ?? OwnerOf;
    private readonly Dictionary<uint, TokenBucket> _buckets = [];
    private readonly Dictionary<uint, long> _leftOut = [];

    // Those that came and have not gone: whether their coming was logged.
    private readonly Dictionary<int, bool> _there = [];
    private long _summarisedAt = time.GetTimestamp();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (PidIn(eventId, state) is not { } pid || Passes(eventId.Name!, pid))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    /// <summary>Says what was left out, when it is time. Called often.</summary>
    public void Tick()
    {
        if (time.GetElapsedTime(_summarisedAt) < s_summary)
        {
            return;
        }

        _summarisedAt = time.GetTimestamp();
        if (_leftOut.Count > 0)
        {
            // One line, however many users there are.
            (uint user, long most) = _leftOut.MaxBy(entry => entry.Value);
            long lines = _leftOut.Values.Sum();
            DaemonLog.LeftOut(inner, lines, _leftOut.Count, most, user);
            _leftOut.Clear();
        }

        foreach (uint full in _buckets.Where(entry => entry.Value.IsFull).Select(entry => entry.Key).ToList())
        {
            _buckets.Remove(full);
        }
    }

    private static int? PidIn<TState>(EventId eventId, TState state)
    {
        if (IsOfProcess(eventId.Name)
            && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            foreach ((string name, object? value) in values)
            {
                if (name == "Pid" && value is int pid)
                {
                    return pid;
                }
            }
        }

        return null;
    }

    private static bool IsOfProcess(string? name) =>
        name is nameof(DaemonLog.Joined) or nameof(DaemonLog.Left) or nameof(DaemonLog.NotAttached) or nameof(DaemonLog.Elsewhere);

    private static uint? OwnerOf(int pid) =>
        FileStatus.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"), out FileStatus status) == 0 ? status.UserId : null;

    private bool Passes(string what, int pid)
    {
        if (what == nameof(DaemonLog.Left))
        {
            return !_there.Remove(pid, out bool logged) || logged;
        }

        // One that has ended already: of nobody's bucket, but of one.
        uint user = _userOf(pid) ?? uint.MaxValue;
        if (!_buckets.TryGetValue(user, out TokenBucket? bucket))
        {
            _buckets[user] = bucket = new TokenBucket(PerSecond, Burst, time);
        }

        bool passes = bucket.TryTake();
        if (!passes)
        {
            _leftOut[user] = _leftOut.GetValueOrDefault(user) + 1;
        }

        if (what == nameof(DaemonLog.Joined))
        {
            _there[pid] = passes;
        }

        return passes;
    }
}
