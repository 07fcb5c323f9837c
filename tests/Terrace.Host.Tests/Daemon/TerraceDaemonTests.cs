using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Machine;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Linux;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

public sealed class TerraceDaemonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");

    public void Dispose()
    {
        _tree.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_daemon_that_runs_answers_over_its_socket_reloads_and_stops_when_told_to()
    {
        string file = Path.Combine(_folder, "terrace.yaml");
        DaemonSettings settings = new() { Configuration = file, RunFolder = _folder, StateFolder = _folder };
        using LinuxMachine machine = new(_tree.Root);
        using TerraceDaemon daemon = new(settings, new DaemonConfiguration(), machine, NullLogger.Instance);
        using CancellationTokenSource stop = new();
        Task run = Task.Factory.StartNew(
            () => daemon.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (ControlClient client = await ConnectAsync(settings))
        {
            DaemonStatus status = Ask(client, ControlCommand.Status).Status!;
            Assert.Equal((file, 0, Environment.ProcessId), (status.Configuration, status.Rules, status.Pid));
            Assert.Empty(Ask(client, ControlCommand.Targets).Groups!);
            File.WriteAllText(file, "version: 1\nrules: [ { name: a, match: { executable: /no/such/program } } ]");
            daemon.PostReload();
            for (int attempt = 0; attempt < 200 && status.Rules == 0; attempt++)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                status = Ask(client, ControlCommand.Status).Status!;
            }

            Assert.Equal(1, status.Rules);
            Assert.Equal("events follow", Ask(client, ControlCommand.Events).Done);
        }

        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(File.Exists(DaemonSettings.SocketIn(_folder)));
    }

    [Fact]
    public async Task A_daemon_whose_slow_node_is_not_there_yet_says_so_until_it_comes()
    {
        const string Online = "sys/devices/system/node/online";
        _tree.With(Online, "0\n");
        Assert.True(TierChoice.TryParse("0/1", out TierChoice? tiers, out _));
        DaemonSettings settings = new()
        {
            Configuration = Path.Combine(_folder, "terrace.yaml"),
            RunFolder = _folder,
            StateFolder = _folder,
            Tiers = tiers,
        };
        using LinuxMachine machine = new(_tree.Root, tiers: tiers);
        List<string> log = [];
        using TerraceDaemon daemon = new(settings, new DaemonConfiguration(), machine, new Lines(log));
        using CancellationTokenSource stop = new();
        Task run = Task.Factory.StartNew(
            () => daemon.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (ControlClient client = await ConnectAsync(settings))
        {
            string warning = Assert.Single(Ask(client, ControlCommand.Status).Status!.Warnings);
            Assert.Contains("node 1 is not there", warning, StringComparison.Ordinal);
            _tree.With(Online, "0-1\n");
            for (int attempt = 0; attempt < 200 && machine.Topology.Tiers.Count < 2; attempt++)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            Assert.DoesNotContain(
                Ask(client, ControlCommand.Status).Status!.Warnings, other => other.Contains("node 1", StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Single(log, line => line.Contains("node 1 is not there", StringComparison.Ordinal));
        Assert.Single(log, line => line.EndsWith("2 memory nodes, tiers 0/1", StringComparison.Ordinal));
    }

    private static ControlResponse Ask(ControlClient client, string command) => client.Ask(new ControlRequest { Command = command });

    // Its socket is there once it runs.
    private static async Task<ControlClient> ConnectAsync(DaemonSettings settings)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return ControlClient.Connect(DaemonSettings.SocketIn(settings.RunFolder));
            }
            catch (CommandFailure) when (attempt < 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }
}
