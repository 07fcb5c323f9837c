using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Cli.Guests;
using Terrace.Core.Machine;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;
using Terrace.Linux;
using Terrace.Linux.VirtualMachines;

namespace Terrace.Lab.Tests;

/// <summary>
/// The lab's machine is a guest of this host: this process tells it, over a real port of virtio-serial, where its memory lies here, and <c>terrace layout follow</c> in it takes that in.
/// </summary>
public sealed class LayoutFollowTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_guest_follows_where_its_host_keeps_its_memory_and_its_topology_tells_the_truth()
    {
        if (LabMachine.WhyUnavailable() is { } reason)
        {
            Assert.Skip(reason);
        }

        string folder = Directory.CreateTempSubdirectory("terrace-").FullName;
        string socket = Path.Combine(folder, "layout.sock");
        try
        {
            await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec
            {
                QemuArguments = ["-chardev", $"socket,id=layout,path={socket},server=on,wait=off", "-device", $"virtserialport,chardev=layout,name={LayoutChannel.Port}"],
            });
            int qemu = Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0).Single(pid => pid > 0 && QemuChannel.Of(pid, LayoutChannel.Port)?.SocketPath == socket);
            using LinuxMachine host = new();
            Topology told = Told(host.Topology);
            using LayoutPublisher publisher = new(TimeProvider.System, NullLogger.Instance);
            publisher.Follow([(qemu, "lab")], told, part: 1);
            LabResult result = await vm.RunAsync(
                """
                for p in /sys/class/virtio-ports/*; do [ "$(cat $p/name)" = org.terrace.layout.0 ] && device=/dev/${p##*/}; done
                count() { grep -c '"event":"layout"' /tmp/told; }
                told() { n=0; until [ "$(count)" -ge $1 ]; do sleep 0.5; n=$((n + 1)); [ $n -lt 120 ] || { cat /tmp/told /tmp/err >&2; exit $2; }; done; }
                terrace layout follow --device $device --json --exec 'echo $TERRACE_GENERATION >> /tmp/ran' > /tmp/told 2> /tmp/err & follow=$!
                told 1 10
                cp /run/terrace/layout-followed.json /tmp/first
                # Memory that the machine had not touched yet is another layout on the host.
                dd if=/dev/zero of=/dev/shm/new bs=1M count=200 2> /dev/null
                told 2 11
                terrace topology --json > /tmp/topology || exit 12
                terrace topology > /tmp/text || exit 13
                # Only one may have the port.
                terrace layout follow --device $device > /tmp/second 2>&1; [ $? = 69 ] || exit 14
                kill -9 $follow; wait $follow
                terrace topology > /tmp/after; grep -q 'not followed any more' /tmp/after || { cat /tmp/after >&2; exit 15; }
                # The next one is told anew, whatever was on its way to the one before.
                terrace layout follow --device $device --once > /tmp/again 2>> /tmp/err || { cat /tmp/again /tmp/err >&2; exit 16; }
                [ ! -e /run/terrace/layout-followed.json ] || exit 17
                tr -d '\n' < /tmp/topology; echo
                head -n 1 /tmp/told; cat /tmp/first; tail -n 1 /tmp/again; wc -l < /tmp/ran; cat /tmp/text /tmp/second /tmp/err >&2
                exit 0
                """,
                TimeSpan.FromMinutes(4),
                ct: TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
            TestContext.Current.SendDiagnosticMessage(result.Stderr);
            string[] lines = result.Stdout.Split('\n');
            JsonElement guest = JsonDocument.Parse(lines[0]).RootElement.GetProperty("guest");
            JsonElement[] nodes = [.. guest.GetProperty("nodes").EnumerateArray()];
            Assert.Equal(2, nodes.Length);

            // The kernel knows of the guest's two tiers; both lie in one of the host's.
            Assert.True(guest.GetProperty("kernelIsStale").GetBoolean(), lines[0]);
            Assert.Contains("most of both lies in tier 0 of the host", guest.GetProperty("stale")[0].GetString(), StringComparison.Ordinal);
            Assert.All(nodes, node =>
            {
                Assert.Equal(0, node.GetProperty("hostTier").GetInt32());
                Assert.Equal(81, node.GetProperty("meanReadLatencyNs").GetInt32());
            });

            // What the host has in memory of it is what the process has there, but for QEMU's own memory.
            long rss = long.Parse(File.ReadLines($"/proc/{qemu}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
            Assert.InRange(guest.GetProperty("inUseBytes").GetInt64(), (rss / 2) - (64L << 20), rss);
            Assert.True(JsonDocument.Parse(lines[1]).RootElement.GetProperty("inUseBytes").GetInt64() + (150L << 20) < guest.GetProperty("inUseBytes").GetInt64(), result.Stdout);
            Assert.StartsWith("generation ", lines[3], StringComparison.Ordinal);
            Assert.True(int.Parse(lines[4], System.Globalization.CultureInfo.InvariantCulture) >= 2, result.Stdout);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Firmware of a machine for tests states no latencies.
    private static Topology Told(Topology host) => new(host.Nodes.Select(node => node with { ReadLatencyNs = 81 }));
}
