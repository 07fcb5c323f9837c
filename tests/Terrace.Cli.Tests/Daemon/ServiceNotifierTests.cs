using System.Net.Sockets;
using System.Text;
using Terrace.Cli.Daemon;

namespace Terrace.Cli.Tests.Daemon;

public sealed class ServiceNotifierTests
{
    [Fact]
    public void A_service_manager_hears_when_it_is_ready_reloads_lives_and_stops()
    {
        string path = Path.Combine(Path.GetTempPath(), $"terrace-notify-{Environment.ProcessId}");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        File.Delete(path);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
            Environment.SetEnvironmentVariable("WATCHDOG_USEC", "120000000");
            using ServiceNotifier notifier = new();
            notifier.Ready("managing");
            notifier.Alive();

            // As often as a third of the time that the watchdog gives; not each time.
            notifier.Alive();
            notifier.Reloading();
            notifier.Stopping();
            Assert.Equal("READY=1\nSTATUS=managing", Next(manager));
            Assert.Equal("WATCHDOG=1", Next(manager));
            Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", Next(manager));
            Assert.Equal("STOPPING=1", Next(manager));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
            Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
            File.Delete(path);
        }
    }

    private static string Next(Socket manager)
    {
        byte[] message = new byte[256];
        return Encoding.UTF8.GetString(message, 0, manager.Receive(message));
    }
}
