using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Cli.Layout.Follow;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Guests;

namespace Terrace.Cli.Tests.Layout.Follow;

/// <summary>Host and guest in one process, over real sockets.</summary>
public sealed class LayoutChannelTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly FakePort _port;
    private readonly FakeGuest _guest;
    private readonly List<(long Epoch, long Generation, ulong? Moved)> _told = [];
    private readonly List<string> _notes = [];

    public LayoutChannelTests()
    {
        _port = new FakePort(_folder);
        _guest = new FakeGuest(_port.HostPath, Environment.ProcessId);
    }

    private string FilePath => FollowedLayout.PathIn(_folder);

    public void Dispose()
    {
        _port.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_guest_is_told_each_layout_once_and_keeps_the_newest()
    {
        using LayoutPublisher publisher = Publish();
        await using Following following = Follow();
        WaitFor(() => Told() == 1);
        Assert.Equal((1L, (ulong?)null), (_told[0].Generation, _told[0].Moved));
        PublishedLayout first = FollowedLayout.TryRead(FilePath, out _, out string? problem)!;
        Assert.True(first is not null, problem);
        Assert.Equal([new FrameRange(0, 16 * FakeGuest.Mebibyte, 0)], first.Layout.Ranges.ToArray());
        Assert.Equal(250, first.NodeOf(2).ReadLatencyNs);

        _guest.Pages = [.. Enumerable.Repeat(0, 12 * FakeGuest.Mebibyte), .. Enumerable.Repeat(2, 4 * FakeGuest.Mebibyte)];
        WaitFor(() => Told() == 2);
        Assert.Equal((2L, (ulong?)(4UL << 20)), (_told[1].Generation, _told[1].Moved));
        PublishedLayout second = FollowedLayout.TryRead(FilePath, out _, out _)!;
        Assert.Equal(2, second.Layout.NodeOf(13 * FakeGuest.Mebibyte));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            File.GetUnixFileMode(FilePath));

        GroupStatus group = new()
        {
            Name = "g",
            Rule = "g",
            Fast = "auto",
            Processes = [new TargetStatus { Pid = Environment.ProcessId, Name = "web1", Tracker = "page-tables" }],
        };
        WaitFor(() => publisher.AddTo(group).Processes[0].Layout == new LayoutStatus { State = LayoutStatus.Told, Generation = 2 });

        // Looks that see the same tell nothing.
        int looks = _guest.Looks;
        WaitFor(() => _guest.Looks > looks || following.Follower.IsLive);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal(2, Told());
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task After_the_file_of_a_follower_that_ended_nothing_is_left()
    {
        using LayoutPublisher publisher = Publish();
        await using (Following following = Follow())
        {
            WaitFor(() => File.Exists(FilePath));
        }

        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public async Task Either_side_may_go_and_come_back_and_a_new_epoch_restarts_the_count()
    {
        using (LayoutPublisher publisher = Publish())
        {
            await using Following following = Follow();
            WaitFor(() => Told() == 1);
            _port.Cut();
            _guest.Pages = [.. Enumerable.Repeat(2, 16 * FakeGuest.Mebibyte)];
            WaitFor(() => Told() == 2);
        }

        // Another follower of the same daemon's would have been told at once; here both are new.
        using LayoutPublisher another = Publish();
        await using Following again = Follow();
        WaitFor(() => Told() == 3);
        Assert.Equal(1, _told[2].Generation);
        Assert.True(_told[2].Epoch >= _told[0].Epoch);
    }

    [Fact]
    public async Task A_daemon_that_restarts_counts_from_one_and_is_believed()
    {
        await using Following following = Follow();
        using (LayoutPublisher publisher = Publish())
        {
            WaitFor(() => Told() == 1);
            _guest.Pages = [.. Enumerable.Repeat(2, 16 * FakeGuest.Mebibyte)];
            WaitFor(() => Told() == 2);
        }

        _port.Cut();
        using LayoutPublisher another = Publish();
        WaitFor(() => Told() == 3);
        Assert.Equal(1, _told[2].Generation);
        Assert.NotEqual(_told[1].Epoch, _told[2].Epoch);
    }

    [Fact]
    public async Task A_guest_that_does_not_ask_is_not_looked_at_and_one_that_does_not_read_costs_one_message()
    {
        using LayoutPublisher publisher = Publish();
        using Socket device = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await device.ConnectAsync(new UnixDomainSocketEndPoint(_port.GuestPath), TestContext.Current.CancellationToken);
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        Assert.Equal(0, _guest.Looks);

        // Every other page elsewhere: 16,384 ranges, more than the socket takes while nobody reads.
        _guest.Pages = [.. Enumerable.Range(0, 16384).Select(page => page % 2 * 2)];
        for (int i = 0; i < 5; i++)
        {
            await device.SendAsync(
                Encoding.UTF8.GetBytes("{\"version\":1,\"ask\":\"a" + i + "\"}\n"), TestContext.Current.CancellationToken);
            await Task.Delay(700, TestContext.Current.CancellationToken);
        }

        Assert.InRange(_guest.Looks, 1, 4);

        // It waits for the guest to read, and does not spin meanwhile.
        long before = PublisherCpuTicks();
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.InRange(PublisherCpuTicks() - before, 0, 50);
    }

    [Fact]
    public void A_listener_that_is_not_the_process_whose_guest_it_is_said_to_be_is_told_nothing()
    {
        using Process other = Process.Start("sleep", "60");
        try
        {
            Assert.Null(LayoutFeed.TryConnect(_port.HostPath, other.Id, out string problem));
            Assert.Contains($"who listens there is process {Environment.ProcessId}", problem, StringComparison.Ordinal);
        }
        finally
        {
            other.Kill();
        }

        using LayoutFeed? right = LayoutFeed.TryConnect(_port.HostPath, Environment.ProcessId, out _);
        Assert.NotNull(right);
        Assert.Null(LayoutFeed.TryConnect(Path.Combine(_folder, "no-such.sock"), 1, out string missing));
        Assert.NotEmpty(missing);
    }

    [Fact]
    public void A_full_channel_holds_nobody_up()
    {
        string path = Path.Combine(_folder, "deaf.sock");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        using LayoutFeed feed = LayoutFeed.TryConnect(path, Environment.ProcessId, out _)!;
        using Socket deaf = listener.Accept();
        deaf.Send(Encoding.UTF8.GetBytes("{\"version\":1,\"ask\":\"a\"}\n"));
        WaitFor(() => feed.Pump() && feed.Asked is not null);
        LayoutMessage large = new()
        {
            Ranges = [.. Enumerable.Range(0, 100_000).Select(page => (IReadOnlyList<ulong>)[(ulong)page, 1, 0])],
        };
        long begin = Stopwatch.GetTimestamp();
        feed.Answer(large);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(feed.Pump());
        }

        Assert.True(feed is { IsSending: true, IsTaken: false });
        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        deaf.Dispose();
        Assert.False(feed.Pump());
    }

    [Fact]
    public async Task A_silent_host_is_noticed_and_its_layout_is_not_believed_any_more()
    {
        await using Following following = Follow(patience: TimeSpan.FromMilliseconds(800));
        using (LayoutPublisher publisher = Publish())
        {
            WaitFor(() => Told() >= 1);
        }

        WaitFor(() => _notes.Contains("lost"));
        Assert.Null(FollowedLayout.TryRead(FilePath, out _, out string? problem));
        Assert.Contains("not confirmed", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_runs_for_the_newest_layout_and_gets_numbers_only()
    {
        string list = Path.Combine(_folder, "ran");
        using LayoutPublisher publisher = Publish();
        await using Following following = Follow(
            command: $"echo \"$TERRACE_GENERATION $TERRACE_LIVE $TERRACE_LAYOUT\" >> {list}; sleep 0.2");
        WaitFor(() => Told() == 1);
        _guest.Pages = [.. Enumerable.Repeat(2, 16 * FakeGuest.Mebibyte)];
        WaitFor(() => Told() == 2);
        WaitFor(() => File.Exists(list) && File.ReadAllLines(list).Length == 2);
        Assert.Equal([$"1 1 {FilePath}", $"2 1 {FilePath}"], File.ReadAllLines(list));
    }

    [Fact]
    public void Without_a_port_the_command_says_what_the_host_must_give()
    {
        CommandRun run = CommandRun.Of("layout", "follow", "--device", Path.Combine(_folder, "none"), "--run-folder", _folder);
        Assert.Equal(ExitCode.Unavailable, run.ExitCode);
        Assert.Contains("virtserialport", run.Error, StringComparison.Ordinal);
        Assert.Contains(LayoutChannel.Port, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_shows_the_layout_and_ends()
    {
        _guest.Pages = [.. Enumerable.Repeat(0, 8 * FakeGuest.Mebibyte), .. Enumerable.Repeat(2, 8 * FakeGuest.Mebibyte)];
        using LayoutPublisher publisher = Publish();
        CommandRun run = CommandRun.Of("layout", "follow", "--device", _port.GuestPath, "--run-folder", _folder, "--once");
        Assert.Equal(
            (0, "", "generation 1: 8 MiB on host node 0 (tier 0, 80 ns), 8 MiB on host node 2 (tier 1, 250 ns)\n"),
            (run.ExitCode, run.Error, run.Out));
        CommandRun json = CommandRun.Of("layout", "follow", "--device", _port.GuestPath, "--run-folder", _folder, "--once", "--json");
        Assert.Equal(
            ["event", "epoch", "generation", "ranges", "blockBytes", "inUseBytes", "elsewhereBytes", "nodes"],
            CommandRun.NamesOf(json.Lines().Single()));
    }

    [Fact]
    public async Task A_fault_over_one_guest_leaves_the_others_told()
    {
        const int Faulty = 1;
        using LayoutPublisher publisher = new(
            TimeProvider.System,
            NullLogger.Instance,
            pid => pid == Faulty ? new FaultyGuest(Faulty) : _guest,
            TimeSpan.FromMilliseconds(300));
        publisher.Follow([(Faulty, "bad"), (Environment.ProcessId, "web1")], FakeGuest.Host, part: 1);
        await using Following following = Follow();
        WaitFor(() => Told() == 1);
    }

    [Fact]
    public void What_is_no_socket_is_not_connected_to()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.Null(LayoutFeed.TryConnect(file, Environment.ProcessId, out string problem));
        Assert.Equal("what its command line names as the socket is none", problem);
        Assert.Null(LayoutFeed.TryConnect(file + "x", Environment.ProcessId, out problem));
        Assert.StartsWith("its socket cannot be found", problem, StringComparison.Ordinal);
    }

    private LayoutPublisher Publish()
    {
        LayoutPublisher publisher = new(TimeProvider.System, NullLogger.Instance, _ => _guest, TimeSpan.FromMilliseconds(300));
        publisher.Follow([(Environment.ProcessId, "web1")], FakeGuest.Host, part: 1);
        return publisher;
    }

    private Following Follow(string? command = null, TimeSpan? patience = null)
    {
        FollowOptions options = new() { Device = _port.GuestPath, Path = FilePath, Command = command, AskAgain = TimeSpan.FromSeconds(2) };
        return new Following(new LayoutFollower(
            patience is { } shorter ? options with { Patience = shorter } : options,
            TimeProvider.System,
            (layout, moved) =>
            {
                lock (_told)
                {
                    _told.Add((layout.Message.Epoch, layout.Message.Generation, moved));
                }
            },
            _ => _notes.Add("lost"),
            _notes.Add));
    }

    // Of that thread alone, in hundredths of a second (proc_pid_stat(5)): other tests run in this process meanwhile.
    private static long PublisherCpuTicks()
    {
        string thread = Directory.GetDirectories("/proc/self/task")
            .Single(task => File.ReadAllText(Path.Combine(task, "comm")) == "layouts\n");
        string[] fields = File.ReadAllText(Path.Combine(thread, "stat")).Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private int Told()
    {
        lock (_told)
        {
            return _told.Count;
        }
    }

    private static void WaitFor(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < s_patience, "nothing came");
            Thread.Sleep(20);
        }
    }

    private sealed class Following : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Following(LayoutFollower follower)
        {
            Follower = follower;
            _running = Task.Factory.StartNew(
                () => follower.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public LayoutFollower Follower { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            Follower.Dispose();
            _stop.Dispose();
        }
    }

    private sealed class FaultyGuest(int pid) : IGuestSource
    {
        public int Pid => pid;

        public bool IsAlive => true;

        public string? SocketPath(out Problem? problem) => throw new InvalidDataException("what it says of itself");

        public Problem? Look(LayoutGenerations into, Topology topology, CancellationToken stop) => null;

        public void Dispose()
        {
        }
    }
}
