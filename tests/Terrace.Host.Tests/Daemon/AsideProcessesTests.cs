using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Tiering;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Tests.Daemon;

/// <summary>
/// Processes at which no look comes to an end: opening a pipe that nobody writes to stands for what waits for a process's memory lock.
/// </summary>
public sealed class AsideProcessesTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _log = [];
    private readonly Process _process = Process.Start("sleep", "600");
    private readonly BoundedCalls _calls = new(s_patience);

    private string Door => Path.Combine(_folder, "door");

    private string Kept => Path.Combine(_folder, AsideProcesses.FileName);

    [Fact]
    public void Who_hangs_is_told_and_kept_and_looked_at_again_when_it_does_not_any_more()
    {
        using AsideProcesses aside = new(_calls, _folder, _time, new Lines(_log));
        Assert.Empty(aside.Tick());
        Hang(_calls);
        aside.Add(_process.Id);
        Assert.Empty(aside.Tick());
        Assert.Equal([_process.Id], aside.Hanging.Keys);
        Assert.Equal(1, aside.Count);
        Assert.StartsWith($"process {_process.Id} is put aside: ", Assert.Single(_log), StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Kept), TimeSpan.FromSeconds(20)));
        Assert.Equal($"{_process.Id} {ProcessBirth.TicksOf(_process.Id)}\n", File.ReadAllText(Kept));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));

        // Nobody asks again and again meanwhile.
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(aside.Tick());

        Free(_calls);
        Assert.Equal([_process.Id], aside.Tick());
        Assert.Empty(aside.Hanging);
        Assert.Equal($"the memory of process {_process.Id} can be looked at again", _log[^1]);
        aside.Remove(_process.Id);
        Assert.Equal(0, aside.Count);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(Kept).Length == 0, TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_next_daemon_expects_little_of_the_same_process_and_not_of_another_with_its_number(bool same)
    {
        long born = ProcessBirth.TicksOf(_process.Id)!.Value;
        File.WriteAllText(Kept, $"{_process.Id} {(same ? born : born - 1)}\nnot a line\n1 2 3\n");
        using AsideProcesses aside = new(_calls, _folder, _time, new Lines(_log));
        long start = Stopwatch.GetTimestamp();
        Hang(_calls);
        TimeSpan first = Stopwatch.GetElapsedTime(start);
        Assert.Equal(same, first < s_patience);
        Free(_calls);
    }

    [Fact]
    public void A_fault_over_a_process_is_that_processs_alone()
    {
        using Process other = Process.Start("sleep", "600");
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        using ShareOverrides shares = new("/nowhere/shares.json");
        using EventHub events = new();
        TargetRegistry targets = new();
        using TieringEngine engine = new(machine, DaemonConfiguration.StandardTiering, TimeProvider.System, targets);
        using TargetKeeper keeper = new(
            Attach, engine, targets, new GroupRegistry(shares), new ProcessIdentityReader(), events, TimeProvider.System, new Lines(_log));
        keeper.Follow(new DaemonConfiguration { Rules = [new TargetRule { Name = "all", Match = new RuleMatch() }] });
        keeper.Consider(_process.Id);
        keeper.Consider(other.Id);
        Assert.Equal([other.Id], targets.All.Select(target => target.Pid));
        Assert.Contains($"a fault while looking at process {_process.Id}: it is left alone", _log);
        other.Kill();

        bool Attach(int pid, out LinuxProcess? process, out AttachError? error, TrackerChoice choice)
        {
            error = null;
            process = pid == _process.Id ? throw new InvalidDataException("what it says of itself") : StillProcess.Attach(pid, machine);
            return true;
        }
    }

    public void Dispose()
    {
        Free(_calls);
        _process.Kill();
        _process.Dispose();
        _calls.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Hang(BoundedCalls calls)
    {
        using Process make = Process.Start("mkfifo", Door);
        make.WaitForExit();
        Assert.Equal(-Errno.ETIMEDOUT, calls.Open(_process.Id, Encoding.UTF8.GetBytes(Door + '\0'), 0));
    }

    private void Free(BoundedCalls calls)
    {
        if (PlainFile.TryOpenToWrite(Door, out SafeFileHandle? file) == 0)
        {
            file!.Dispose();
        }

        Assert.True(SpinWait.SpinUntil(() => calls.LeftCount == 0, TimeSpan.FromSeconds(20)));
    }
}
