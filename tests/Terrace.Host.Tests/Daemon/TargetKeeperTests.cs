using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Tests.Daemon;

public sealed class TargetKeeperTests : IDisposable
{
    private const int SIGKILL = 9;
    private const int Processes = 200;

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;
    private readonly TieringEngine _engine;
    private readonly TargetRegistry _targets = new();
    private readonly ShareOverrides _shares = new("/nowhere/shares.json");
    private readonly EventHub _events = new();
    private readonly GroupRegistry _groups;
    private readonly TargetKeeper _keeper;

    public TargetKeeperTests()
    {
        _machine = new LinuxMachine(_tree.Root);
        _engine = new TieringEngine(_machine, DaemonConfiguration.StandardTiering, TimeProvider.System, _targets);
        _groups = new GroupRegistry(_shares);
        ProcessIdentityReader identities = new();
        _keeper = new TargetKeeper(Attach, _engine, _targets, _groups, identities, _events, TimeProvider.System, NullLogger.Instance);
        _keeper.Follow(new DaemonConfiguration
        {
            Rules = [new TargetRule { Name = "all", Match = new RuleMatch(), Fast = FastShare.OfPages(0.3), Per = ShareScope.Process }],
        });
    }

    public void Dispose()
    {
        // What a test that failed has left.
        foreach (ManagedTarget target in _targets.All)
        {
            target.Process.PidFd.Signal(SIGKILL);
        }

        _keeper.Dispose();
        _engine.Dispose();
        _events.Dispose();
        _shares.Dispose();
        _machine.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public void Two_hundred_processes_that_exit_together_are_let_go_in_one_tick()
    {
        using EventFeed feed = _events.Follow(_ => true);
        using Process shell = Start(Processes + 1);
        List<int> pids = [];
        while (pids.Count <= Processes)
        {
            pids.Add(int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
        }

        // One that is about to replace its program is another one a moment later.
        Assert.All(pids, pid => Assert.True(SpinWait.SpinUntil(
            () => File.ReadAllText($"/proc/{pid}/comm") == "sleep\n", TimeSpan.FromSeconds(30))));
        pids.ForEach(_keeper.Consider);
        Assert.Equal((Processes + 1, Processes + 1, Processes + 1), (_targets.All.Count, _engine.Count, _groups.Groups.Count));
        ManagedTarget stays = _targets.Find(pids[^1])!;
        foreach (PidFd pidFd in _targets.All.Where(target => target != stays).Select(target => target.Process.PidFd).ToList())
        {
            Assert.Equal(0, pidFd.Signal(SIGKILL));
            Assert.True(pidFd.WaitForExit(TimeSpan.FromSeconds(30)));
        }

        // One in each call, four times a second, took fifty seconds.
        _keeper.DropExited();
        Assert.Equal([stays], _targets.All);
        Assert.Equal([stays.Pid], _engine.Pids);
        Assert.Equal([stays.Group], _groups.Groups.Values);
        Assert.Equal(Processes, feed.Lines.Count);

        Assert.Equal(0, stays.Process.PidFd.Signal(SIGKILL));
        Assert.True(stays.Process.PidFd.WaitForExit(TimeSpan.FromSeconds(30)));
        _keeper.DropExited();
        Assert.Empty(_targets.All);
        Assert.Empty(_groups.Groups);
        shell.WaitForExit();
    }

    // Each of the shell's children says its number and sleeps for longer than any test.
    private static Process Start(int count)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"i=0; while [ $i -lt {count} ]; do sleep 600 >/dev/null & echo $!; i=$((i+1)); done; wait");
        return Process.Start(start)!;
    }

    private bool Attach(int pid, out LinuxProcess? process, out AttachError? error, TrackerChoice choice)
    {
        error = null;
        process = StillProcess.Attach(pid, _machine);
        return true;
    }
}
