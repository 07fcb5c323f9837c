using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

/// <summary>What one user with a thousand connections can take from a daemon that runs in this process.</summary>
[Collection(AloneGroup.Name)]
public sealed class ControlLoadTests : IDisposable
{
    private const int Connections = 1000;
    private const long MostGrowth = 20 << 20;

    // Opens connections again as they are closed, asks on each, and says how many were opened.
    private const string Program = """
        use Socket; $SIG{PIPE} = "IGNORE"; $| = 1;
        my ($path, $most, $seconds) = @ARGV;
        my ($end, $opened, $answers, @open) = (time + $seconds, 0, 0);
        while (time < $end) {
            while (@open < $most && time < $end) {
                socket(my $s, AF_UNIX, SOCK_STREAM | 0x800, 0); connect($s, sockaddr_un($path)) or last;
                $opened++; syswrite($s, qq({"version":1,"command":"status"}\n)); push @open, $s;
            }
            my @still;
            for my $s (@open) {
                my $got = sysread($s, my $part, 65536);
                if (!defined $got && $!{EAGAIN}) { push @still, $s; }
                elsif ($got) { $answers++; syswrite($s, qq({"version":1,"command":"targets"}\n)); push @still, $s; }
            }
            @open = @still; select(undef, undef, undef, 0.001);
        }
        print "$opened $answers\n";
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");

    public void Dispose()
    {
        _tree.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(60, Explicit = true)]
    public async Task A_thousand_connections_of_one_user_take_no_memory_and_root_is_answered_within_a_second(int seconds)
    {
        Assert.SkipUnless(
            EffectiveUser.IsRoot && File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/perl"), "needs root and setpriv");
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        DaemonSettings settings = new()
        {
            Configuration = Path.Combine(_folder, "terrace.yaml"),
            RunFolder = _folder,
            StateFolder = _folder,
        };
        using LinuxMachine machine = new(_tree.Root);
        using TerraceDaemon daemon = new(settings, new DaemonConfiguration(), machine, NullLogger.Instance);
        using CancellationTokenSource stop = new();
        Task run = Task.Factory.StartNew(
            () => daemon.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        string path = DaemonSettings.SocketIn(_folder);
        Assert.True(SpinWait.SpinUntil(() => Answers(path), TimeSpan.FromSeconds(20)));
        await LongestStatusAsync(path, TimeSpan.FromSeconds(1));
        GC.Collect();
        long before = Environment.WorkingSet;
        TimeSpan spentBefore = Environment.CpuUsage.TotalTime;

        // perl's own limit of open files.
        ProcessStartInfo start = new(
            "/bin/sh",
            [
                "-c",
                "ulimit -n 2048; exec setpriv --reuid 64999 --regid 64999 --clear-groups perl -e \"$0\" \"$@\"",
                Program,
                path,
                $"{Connections}",
                $"{seconds}",
            ])
        {
            RedirectStandardOutput = true,
        };
        using Process crowd = Process.Start(start)!;
        TimeSpan longest = await LongestStatusAsync(path, TimeSpan.FromSeconds(seconds));
        long growth = Environment.WorkingSet - before;
        TimeSpan spent = Environment.CpuUsage.TotalTime - spentBefore;
        string[] counts = (await crowd.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().Split(' ');
        await crowd.WaitForExitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{counts[0]} connections and {counts[1]} answers in {seconds} s: {growth >> 10} KiB more, "
                + $"root waited {longest.TotalMilliseconds:F1} ms at most, {spent.TotalSeconds / seconds:P1} of a CPU");
        Assert.InRange(int.Parse(counts[0]), Connections, int.MaxValue);
        Assert.InRange(int.Parse(counts[1]), 1, PeerPace.Burst + (PeerPace.PerSecond * (seconds + 1)));
        Assert.InRange(growth, long.MinValue, MostGrowth);
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    // The socket is there a moment before anybody listens at it.
    private static bool Answers(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Each with a connection of its own, as terrace status has.
    private static async Task<TimeSpan> LongestStatusAsync(string path, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan longest = TimeSpan.Zero;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            long begun = Stopwatch.GetTimestamp();
            using (ControlClient client = ControlClient.Connect(path))
            {
                Assert.True(client.Ask(new ControlRequest { Command = ControlCommand.Status }).Ok);
            }

            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            longest = took > longest ? took : longest;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return longest;
    }
}
