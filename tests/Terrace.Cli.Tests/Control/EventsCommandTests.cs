using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Control;

public sealed class EventsCommandTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>A quiet host: after one event nothing comes for as long as the test lasts.</summary>
    [Fact]
    public async Task When_whoever_reads_the_events_has_gone_it_ends_though_no_event_comes()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-events-").FullName;
        try
        {
            using Socket daemon = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            daemon.Bind(new UnixDomainSocketEndPoint(DaemonSettings.SocketIn(folder)));
            daemon.Listen();
            string program = Path.Combine(AppContext.BaseDirectory, "terrace");
            using Process shell = Process.Start(
                new ProcessStartInfo(
                    "bash", ["-c", $"{program} events --follow --run-folder {folder} | head -n 1; echo ${{PIPESTATUS[0]}}"])
                {
                    RedirectStandardOutput = true,
                })!;
            using CancellationTokenSource patience = new(s_patience);
            using Socket client = await daemon.AcceptAsync(patience.Token);
            await client.SendAsync(Encoding.UTF8.GetBytes("{\"version\":1,\"ok\":true}\n{\"event\":\"round\"}\n"), patience.Token);
            string output = await shell.StandardOutput.ReadToEndAsync(patience.Token);
            await shell.WaitForExitAsync(patience.Token);
            Assert.Equal($"{{\"event\":\"round\"}}\n{ExitCode.NobodyReads}\n", output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
