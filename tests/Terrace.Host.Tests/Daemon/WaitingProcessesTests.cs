using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Tests.Daemon;

/// <summary>Processes for which there are no descriptors.</summary>
public sealed class WaitingProcessesTests : IDisposable
{
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;
    private readonly TieringEngine _engine;
    private readonly TargetRegistry _targets = new();
    private readonly ShareOverrides _shares = new("/nowhere/shares.json");
    private readonly EventHub _events = new();
    private readonly Lines _log = new();
    private readonly TargetKeeper _keeper;
    private readonly List<Process> _children = [];
    private int _room = 2;

    public WaitingProcessesTests()
    {
        _machine = new LinuxMachine(_tree.Root);
        _engine = new TieringEngine(_machine, DaemonConfiguration.StandardTiering, TimeProvider.System, _targets);
        _keeper = new TargetKeeper(
            Attach, _engine, _targets, new GroupRegistry(_shares), new ProcessIdentityReader(), _events, TimeProvider.System, _log);
        Follow();
    }

    public void Dispose()
    {
        _keeper.Dispose();
        _engine.Dispose();
        _events.Dispose();
        _shares.Dispose();
        _machine.Dispose();
        _tree.Dispose();
        foreach (Process child in _children)
        {
            child.Kill();
            child.Dispose();
        }
    }

    [Fact]
    public void Who_does_not_fit_waits_and_is_taken_in_the_order_of_coming_when_another_ends()
    {
        int[] pids = Start(5);
        foreach (int pid in pids)
        {
            _keeper.Consider(pid);
        }

        Assert.Equal([pids[0], pids[1]], Managed());
        Assert.Equal(3, _keeper.Waiting);
        _keeper.TakeWaiting(HasRoom, () => { });
        Assert.Equal(2, _targets.All.Count);

        End(pids[0]);
        _keeper.DropExited();

        // Somebody who comes now does not get in before those who wait.
        int late = Start(1)[0];
        _keeper.Consider(late);
        Assert.Equal([pids[1]], Managed());
        _keeper.TakeWaiting(HasRoom, () => { });
        Assert.Equal([pids[1], pids[2]], Managed());
        Assert.Equal(3, _keeper.Waiting);
        _room = 100;
        _keeper.TakeWaiting(HasRoom, () => { });
        Assert.Equal(5, _targets.All.Count);
        Assert.Equal(0, _keeper.Waiting);
        Assert.DoesNotContain(_log.Texts, text => text.Contains("cannot be managed", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_waits_and_ends_or_is_excluded_waits_no_longer()
    {
        int[] pids = Start(5);
        Array.ForEach(pids, _keeper.Consider);
        Assert.Equal(3, _keeper.Waiting);
        _keeper.ForgetWaiting(pids[2]);
        Assert.Equal(2, _keeper.Waiting);
        _keeper.ForgetWaitingBut([pids[3]]);
        Assert.Equal(1, _keeper.Waiting);
        Follow(exclude: true);
        _keeper.Consider(pids[3]);
        Assert.Equal(0, _keeper.Waiting);
    }

    [Fact]
    public void The_log_reports_a_shortage_at_once_then_great_changes_once_a_minute_and_its_end()
    {
        FakeTimeProvider time = new();
        ShortageNotice notice = new(time, _log);
        notice.Tick(0, 5, 256);
        Assert.Empty(_log.Texts);
        notice.Tick(10, 5, 256);
        Assert.Equal("10 processes are not managed: 5 are, and 256 open files allow no more — raise LimitNOFILE= of the service, or "
            + "ulimit -n", Assert.Single(_log.Texts));
        notice.Tick(40, 5, 256);
        Assert.Single(_log.Texts);
        time.Advance(TimeSpan.FromSeconds(61));
        notice.Tick(19, 5, 256);
        Assert.Single(_log.Texts);
        notice.Tick(40, 5, 256);
        notice.Tick(20, 5, 256);
        Assert.Equal(2, _log.Texts.Count);
        time.Advance(TimeSpan.FromSeconds(61));
        notice.Tick(0, 5, 256);
        Assert.Equal("open files suffice again: all processes that rules take are managed", _log.Texts[^1]);
        notice.Tick(1, 5, 256);
        Assert.Equal(4, _log.Texts.Count);
    }

    private bool HasRoom() => _targets.All.Count < _room;

    private int[] Managed() => [.. _targets.All.Select(target => target.Pid).Order()];

    private void Follow(bool exclude = false) => _keeper.Follow(new DaemonConfiguration
    {
        Rules = [new TargetRule { Name = "all", Match = new RuleMatch(), Fast = FastShare.OfPages(0.3), Exclude = exclude }],
    });

    private int[] Start(int count)
    {
        Process[] started = [.. Enumerable.Range(0, count).Select(_ => Process.Start("sleep", "600"))];
        _children.AddRange(started);
        return [.. started.Select(child => child.Id).Order()];
    }

    private void End(int pid)
    {
        Process child = _children.Single(one => one.Id == pid);
        child.Kill();
        child.WaitForExit();
    }

    private bool Attach(int pid, out LinuxProcess? process, out AttachError? error, TrackerChoice choice)
    {
        process = HasRoom() ? StillProcess.Attach(pid, _machine) : null;
        error = process is null ? new AttachError(AttachErrorReason.NoDescriptors, "no more", "more") : null;
        return process is not null;
    }

    private sealed class Lines : ILogger
    {
        public List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning || logLevel == LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string text = formatter(state, exception);
            if (!text.StartsWith("process ", StringComparison.Ordinal) || logLevel == LogLevel.Warning)
            {
                Texts.Add(text);
            }
        }
    }
}
