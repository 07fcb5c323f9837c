using System.Net.Sockets;
using System.Text;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class ServiceNotifierTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly ServiceSummary s_two = new(
        Processes: 2, Groups: 1, Rules: 3, IsPaused: false, IsDryRun: false, ConfigurationIsBad: false);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"terrace-notify-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_service_manager_hears_when_it_is_ready_reloads_lives_and_stops(bool isAbstract)
    {
        using Socket manager = Listen(isAbstract ? '\0' + _path[1..] : _path);
        using ServiceNotifier notifier = new(isAbstract ? '@' + _path[1..] : _path, s_long);
        notifier.Ready(s_two);
        notifier.Alive();

        // As often as a third of the time that the watchdog gives; not each time.
        notifier.Alive();
        notifier.Reloading();
        notifier.Ready(s_two with { Processes = 1, ConfigurationIsBad = true });
        notifier.Stopping();
        Assert.Equal("READY=1\nSTATUS=managing 2 processes in 1 group, by 3 rules", Next(manager));
        Assert.Equal("WATCHDOG=1", Next(manager));
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", Next(manager));
        Assert.Equal(
            "READY=1\nSTATUS=managing 1 process in 1 group, by 3 rules; the configuration on disk is bad, the previous one is in force",
            Next(manager));
        Assert.Equal("STOPPING=1", Next(manager));
        Assert.Null(notifier.TakeProblem());
    }

    [Fact]
    public void Without_a_watchdog_no_sign_of_life_is_sent()
    {
        using Socket manager = Listen(_path);
        using ServiceNotifier notifier = new(_path, watchdog: null);
        notifier.Alive();
        notifier.Stopping();
        Assert.Equal("STOPPING=1", Next(manager));
    }

    [Fact]
    public void A_manager_that_does_not_listen_holds_nothing_up_and_hears_the_latest_state_when_it_does()
    {
        using Socket manager = Listen(_path);
        using ServiceNotifier notifier = new(_path, s_long);

        // More than any queue or buffer of sockets holds: a call that waited would never come back.
        for (int n = 0; n < 2_000; n++)
        {
            notifier.Reloading();
            notifier.Ready(s_two with { Processes = n });
        }

        string last = "";
        while (manager.Poll(0, SelectMode.SelectRead))
        {
            last = Next(manager);
        }

        Assert.DoesNotContain("1999 ", last, StringComparison.Ordinal);
        notifier.Alive();
        Assert.Equal("READY=1\nSTATUS=managing 1999 processes in 1 group, by 3 rules", Next(manager));
        Assert.Equal("WATCHDOG=1", Next(manager));
        Assert.Null(notifier.TakeProblem());
    }

    [Fact]
    public void A_manager_that_recreates_its_socket_is_found_again()
    {
        using ServiceNotifier notifier = new(_path, s_long);
        using (Listen(_path))
        {
            notifier.Ready(s_two);
        }

        File.Delete(_path);
        using Socket manager = Listen(_path);
        notifier.Stopping();
        Assert.Equal("STOPPING=1", Next(manager));
    }

    [Theory]
    [InlineData("/nowhere/terrace/notify")]
    [InlineData("vsock:2:9999")]
    [InlineData("/a-path-that-is-longer-than-the-108-bytes-of-a-socket-address/0123456789/0123456789/0123456789/0123456789/0123456789")]
    public void A_socket_that_cannot_be_reached_is_named_once_and_nothing_else_happens(string address)
    {
        using ServiceNotifier notifier = new(address, s_long);
        notifier.Ready(s_two);
        string problem = notifier.TakeProblem()!;
        Assert.Contains(address, problem, StringComparison.Ordinal);
        Assert.Contains("ProtectHome=", problem, StringComparison.Ordinal);
        notifier.Alive();
        notifier.Stopping();
        Assert.Null(notifier.TakeProblem());
    }

    [Fact]
    public void Where_no_manager_is_nothing_is_said_of_one()
    {
        using ServiceNotifier notifier = new(null, null);
        notifier.Ready(s_two);
        notifier.Alive();
        Assert.Null(notifier.TakeProblem());
    }

    [Theory]
    [InlineData(true, false, "paused: managing 2 processes in 1 group, by 3 rules")]
    [InlineData(true, true, "paused: managing 2 processes in 1 group, by 3 rules")]
    [InlineData(false, true, "dry run: managing 2 processes in 1 group, by 3 rules")]
    public void The_line_for_people_says_when_nothing_moves(bool paused, bool dryRun, string line) =>
        Assert.Equal(line, (s_two with { IsPaused = paused, IsDryRun = dryRun }).ToString());

    [Fact]
    public void The_line_for_people_says_when_slow_memory_is_waited_for() => Assert.Equal(
        "waiting for a slow tier: managing 2 processes in 1 group, by 3 rules", (s_two with { LacksSlowTier = true }).ToString());

    private static Socket Listen(string path)
    {
        Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        manager.Bind(new UnixDomainSocketEndPoint(path));
        return manager;
    }

    private static string Next(Socket manager)
    {
        byte[] message = new byte[256];
        return Encoding.UTF8.GetString(message, 0, manager.Receive(message));
    }
}
