using Microsoft.Extensions.Logging;
using Terrace.Host.Daemon;
using Terrace.Host.Tests.Metrics;
using Terrace.Simulation.Machine;

namespace Terrace.Host.Tests.Daemon;

public sealed class ProcessLogTests
{
    private readonly KeptLog _kept = new(LogLevel.Information);
    private readonly SimulatedClock _clock = new();
    private readonly ProcessLog _log;

    // Processes from 1000 on are of one user.
    public ProcessLogTests() => _log = new ProcessLog(_kept, _clock, pid => pid >= 1000 ? 1000u : 0u);

    [Fact]
    public void A_user_fills_its_own_part_of_the_log_and_what_is_left_out_is_said()
    {
        for (int pid = 1000; pid < 11_000; pid++)
        {
            DaemonLog.Joined(_log, pid, "fork", "all");
            DaemonLog.NotAttached(_log, pid, "all", "for want of something");
        }

        Assert.Equal(ProcessLog.Burst, _kept.Lines.Count);
        DaemonLog.Joined(_log, 7, "redis", "all");
        DaemonLog.Reloaded(_log, 3);
        Assert.Equal(ProcessLog.Burst + 2, _kept.Lines.Count);
        _log.Tick();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _log.Tick();
        Assert.Contains(
            $"{20_000 - ProcessLog.Burst} more lines like these about processes of 1 users", _kept.Lines[^1], StringComparison.Ordinal);
        Assert.Contains("of user 1000", _kept.Lines[^1], StringComparison.Ordinal);

        // Some of what may be said is there again.
        DaemonLog.Joined(_log, 12_000, "late", "all");
        Assert.Contains("process 12000 (late) joins all", _kept.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Who_was_logged_coming_is_logged_going_and_who_was_not_is_not()
    {
        for (int pid = 1000; pid < 1000 + (2 * ProcessLog.Burst); pid++)
        {
            DaemonLog.Joined(_log, pid, "fork", "all");
        }

        for (int pid = 1000; pid < 1000 + (2 * ProcessLog.Burst); pid++)
        {
            DaemonLog.Left(_log, pid, "fork", "all", "it exited");
        }

        Assert.Equal(2 * ProcessLog.Burst, _kept.Lines.Count);
        Assert.Contains($"process {1000 + ProcessLog.Burst - 1} (fork) leaves", _kept.Lines[^1], StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(10));
        _log.Tick();
        _log.Tick();
        Assert.Single(_kept.Lines, line => line.Contains("were left out", StringComparison.Ordinal));
    }
}
