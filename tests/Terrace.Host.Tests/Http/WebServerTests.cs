using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Host.Http;
using Terrace.Host.Metrics;
using Terrace.Host.Tests.Metrics;
using Terrace.Linux.Interop;

namespace Terrace.Host.Tests.Http;

public sealed class WebServerTests : IDisposable
{
    private const string Ask = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-web-").FullName;
    private readonly KeptLog _log = new(LogLevel.Trace);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_unix_socket_is_served_to_its_owner_only_and_goes_with_the_server()
    {
        string path = Path.Combine(_folder, "web.sock");
        using (Socket leftover = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            leftover.Bind(new UnixDomainSocketEndPoint(path));
        }

        await File.WriteAllTextAsync(path + "~", "not a socket", TestContext.Current.CancellationToken);
        Assert.Throws<IOException>(() => Start(new UnixDomainSocketEndPoint(path + "~"), new WebLimits()));
        Assert.True(File.Exists(path + "~"));
        using (Start(new UnixDomainSocketEndPoint(path), new WebLimits()))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(Ask), TestContext.Current.CancellationToken);
            Assert.EndsWith("\r\n\r\nhere", await HttpAsk.ReadAsync(socket), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("root", true)]
    [InlineData("no such group", false)]
    public async Task A_socket_with_a_group_is_there_for_all_and_answers_its_members_and_root(string group, bool isMember)
    {
        string path = Path.Combine(_folder, "web.sock");
        using WebServer server = WebServer.Start(
            new UnixDomainSocketEndPoint(path),
            new WebLimits(),
            new Dictionary<string, RequestDelegate>
            {
                ["/a"] = context => WebAnswer.WriteAsync(context.Response, "text/plain", "here"u8.ToArray()),
            },
            _log,
            group);
        Assert.Equal((UnixFileMode)Convert.ToInt32("666", 8), File.GetUnixFileMode(path));
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Ask), TestContext.Current.CancellationToken);
        string answer = await HttpAsk.ReadAsync(socket);
        Assert.Contains(isMember || EffectiveUser.IsRoot ? " 200 OK" : " 403 Forbidden", answer, StringComparison.Ordinal);

        // Of another user, where one can become it.
        Assert.SkipUnless(
            EffectiveUser.IsRoot && File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/perl"), "needs root and setpriv");
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        Assert.Contains(" 403 Forbidden", AskAs(path, "--clear-groups"), StringComparison.Ordinal);
        Assert.Contains(isMember ? " 200 OK" : " 403 Forbidden", AskAs(path, "--groups=0"), StringComparison.Ordinal);
    }

    private static string AskAs(string path, string groups)
    {
        const string Program = """
            use Socket; $SIG{PIPE} = "IGNORE";
            socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die;
            syswrite($s, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
            while (sysread($s, my $part, 4096)) { print $part; }
            """;
        ProcessStartInfo start = new("setpriv", ["--reuid", "64999", "--regid", "64999", groups, "perl", "-e", Program, path])
        {
            RedirectStandardOutput = true,
        };
        using Process client = Process.Start(start)!;
        string answer = client.StandardOutput.ReadToEnd();
        client.WaitForExit();
        return answer;
    }

    [Fact]
    public void A_socket_in_a_folder_of_others_is_refused_and_leaves_nothing()
    {
        string open = Path.Combine(_folder, "open");
        Directory.CreateDirectory(Path.Combine(open, "below"));
        File.SetUnixFileMode(open, (UnixFileMode)Convert.ToInt32("777", 8));
        foreach (string path in new[] { Path.Combine(open, "web.sock"), Path.Combine(open, "below", "web.sock") })
        {
            IOException refused = Assert.Throws<IOException>(() => Start(new UnixDomainSocketEndPoint(path), new WebLimits()));
            Assert.Contains(open, refused.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(path));
        }

        File.SetUnixFileMode(open, (UnixFileMode)Convert.ToInt32("1777", 8));
        Start(new UnixDomainSocketEndPoint(Path.Combine(open, "web.sock")), new WebLimits()).Dispose();
    }

    [Fact]
    public void What_is_at_the_path_of_a_socket_stays_unless_it_is_a_socket_that_was_left_behind()
    {
        string path = Path.Combine(_folder, "web.sock");

        // While it is open: .NET removes the file with the socket.
        using Socket left = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));
        Assert.True(File.Exists(path));
        Start(new UnixDomainSocketEndPoint(path), new WebLimits()).Dispose();
        File.WriteAllText(path, "mine");
        Assert.Contains(
            "something else",
            Assert.Throws<IOException>(() => Start(new UnixDomainSocketEndPoint(path), new WebLimits())).Message,
            StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
        File.Delete(path);
        Assert.SkipUnless(EffectiveUser.IsRoot, "only root may give files away");
        using Socket others = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        others.Bind(new UnixDomainSocketEndPoint(path));
        others.Listen(1);
        using (Process give = Process.Start("chown", ["65534", path]))
        {
            give.WaitForExit();
        }

        Assert.Contains(
            "another user (65534)",
            Assert.Throws<IOException>(() => Start(new UnixDomainSocketEndPoint(path), new WebLimits())).Message,
            StringComparison.Ordinal);

        // The control socket is no other.
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => ControlServer.Start(path, (_, _) => throw new NotSupportedException()));
        Assert.Contains("another user (65534)", failure.Problem.What, StringComparison.Ordinal);
        using Socket still = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        still.Connect(new UnixDomainSocketEndPoint(path));
    }

    [Fact]
    public void Addresses_that_others_can_reach_are_refused() =>
        Assert.Throws<ArgumentException>(() => Start(new IPEndPoint(IPAddress.Any, 0), new WebLimits()));

    [Fact]
    public async Task Too_many_requests_are_told_to_come_back_and_served_again_later()
    {
        using WebServer server = Start(s_anyPort, new WebLimits { RequestsPerSecond = 2 });
        IPEndPoint address = (IPEndPoint)server.Address;
        List<string> answers = [];
        for (int i = 0; i < 20; i++)
        {
            answers.Add(await HttpAsk.AskAsync(address, Ask));
        }

        Assert.All(answers.Take(2), answer => Assert.Contains(" 200 OK", answer, StringComparison.Ordinal));
        string refused = answers.First(answer => answer.Contains(" 429 ", StringComparison.Ordinal));
        Assert.Contains("\r\nRetry-After: 1\r\n", refused, StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Contains(" 200 OK", await HttpAsk.AskAsync(address, Ask), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_fails_is_an_answer_and_one_line_in_the_log()
    {
        using WebServer server = Start(s_anyPort, new WebLimits());
        string answer = await HttpAsk.AskAsync((IPEndPoint)server.Address, "GET /bad HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
        Assert.Equal("Error: the page /bad failed: secret", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task Several_requests_use_one_connection_when_the_limits_say_so()
    {
        using WebServer server = Start(s_anyPort, new WebLimits { KeepAlive = true });
        using Socket socket = await HttpAsk.ConnectAsync((IPEndPoint)server.Address);
        string last = Ask.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Ask + last), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await HttpAsk.ReadAsync(socket)).Split("HTTP/1.1 200 OK").Length);
    }

    [Fact]
    public async Task Its_end_waits_for_an_answer_under_way_but_not_for_ever()
    {
        WebServer server = Start(s_anyPort, new WebLimits { Farewell = TimeSpan.FromSeconds(2) });
        IPEndPoint address = (IPEndPoint)server.Address;
        Task<string> slow = HttpAsk.AskAsync(address, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Task<string> never = HttpAsk.AskAsync(address, "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        long start = Stopwatch.GetTimestamp();
        server.Dispose();
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.EndsWith("slow", await slow, StringComparison.Ordinal);
        Assert.Equal("", await never);
        await Assert.ThrowsAsync<SocketException>(() => HttpAsk.ConnectAsync(address));
    }

    [Fact]
    public async Task A_daemon_without_metrics_loads_nothing_of_the_server_or_of_the_client()
    {
        string method = $"{typeof(WebServerTests).FullName}.{nameof(In_a_process_of_its_own_nothing_is_loaded)}";
        ProcessStartInfo start = new(Path.ChangeExtension(typeof(WebServerTests).Assembly.Location, null))
        {
            ArgumentList = { "-noLogo", "-explicit", "only", "-method", method },
            RedirectStandardOutput = true,
        };
        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task In_a_process_of_its_own_nothing_is_loaded()
    {
        MetricsRegistry book = new(_ => null);
        using MetricsOutlets outlets = new(book, () => Task.CompletedTask, new LogCounts(_log), "1.2.3", "here") { Variable = _ => null };
        outlets.Follow(new DaemonConfiguration());
        Assert.DoesNotContain(Loaded(), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain("System.Net.Http", Loaded());

        // Pushing does not need the server.
        using CollectorStub collector = new();
        using OtlpClient client = OtlpClient.Open(new OtlpSettings { Endpoint = collector.Address }, TlsLibrary.Names, out _)!;
        Assert.Equal(default, await client.SendAsync(new byte[] { 1 }, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Loaded(), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

        using WebServer server = Start(s_anyPort, new WebLimits());
        Assert.Contains("Microsoft.AspNetCore.Server.Kestrel.Core", Loaded());
    }

    private static IEnumerable<string> Loaded() => AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!);

    private WebServer Start(EndPoint address, WebLimits limits)
    {
        Dictionary<string, RequestDelegate> pages = new(StringComparer.Ordinal)
        {
            ["/a"] = context => WebAnswer.WriteAsync(context.Response, "text/plain", "here"u8.ToArray()),
            ["/bad"] = _ => throw new InvalidOperationException("secret"),
            ["/slow"] = async context =>
            {
                await Task.Delay(150);
                await WebAnswer.WriteAsync(context.Response, "text/plain", "slow"u8.ToArray());
            },
            ["/never"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted),
        };
        return WebServer.Start(address, limits, pages, _log);
    }
}
