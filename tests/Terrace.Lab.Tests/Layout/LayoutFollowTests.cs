using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Machine;
using Terrace.Host.Guests;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;
using Terrace.Linux;
using Terrace.Linux.Guests;

namespace Terrace.Lab.Tests;

/// <summary>
/// The lab's machine is a guest of this host: this process tells it, over a real port of virtio-serial, where its memory lies
/// here, and <c>terrace layout follow</c> in it takes that in.
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
                QemuArguments =
                [
                    "-chardev",
                    $"socket,id=layout,path={socket},server=on,wait=off",
                    "-device",
                    $"virtserialport,chardev=layout,name={LayoutChannel.Port}",
                ],
            });
            int qemu = Directory.GetDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0)
                .Single(pid => pid > 0 && QemuChannel.Of(pid, LayoutChannel.Port)?.SocketPath == socket);
            using LinuxMachine host = new();
            Topology told = Told(host.Topology);
            using LayoutPublisher publisher = new(TimeProvider.System, NullLogger.Instance);
            publisher.Follow([(qemu, "lab")], told, part: 1);
            LabResult result = await vm.RunAsync(
                """
                for p in /sys/class/virtio-ports/*; do [ "$(cat $p/name)" = org.terrace.layout.0 ] && device=/dev/${p##*/}; done
                count() { grep -c '"event":"layout"' /tmp/told; }
                told() {
                    n=0; until [ "$(count)" -ge $1 ]; do
                        sleep 0.5; n=$((n + 1))
                        [ $n -lt 120 ] || { cat /tmp/told /tmp/err >&2; exit $2; }
                    done
                }
                terrace layout follow --device $device --json --exec 'echo $TERRACE_GENERATION >> /tmp/ran' \
                    > /tmp/told 2> /tmp/err & follow=$!
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
                # The next one is told again, whatever was on its way to the one before.
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

            // What the host has in memory of it is what the process has there, except for QEMU's own memory.
            long rss = long.Parse(
                File.ReadLines($"/proc/{qemu}/status")
                    .First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
                System.Globalization.CultureInfo.InvariantCulture) << 10;
            Assert.InRange(guest.GetProperty("inUseBytes").GetInt64(), (rss / 2) - (64L << 20), rss);
            Assert.True(
                JsonDocument.Parse(lines[1]).RootElement.GetProperty("inUseBytes")
                    .GetInt64() + (150L << 20) < guest.GetProperty("inUseBytes")
                    .GetInt64(),
                result.Stdout);
            Assert.StartsWith("generation ", lines[3], StringComparison.Ordinal);
            Assert.True(int.Parse(lines[4], System.Globalization.CultureInfo.InvariantCulture) >= 2, result.Stdout);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The whole way: a host with a slow tier, its daemon, a QEMU guest with a Linux in it, and Terrace in that.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_Linux_in_a_real_guest_of_the_daemons_learns_which_of_its_nodes_is_slow_each_time_that_changes()
    {
        await using LabMachine vm = await HotGuest.BootAsync(new LabSpec());
        await LinuxGuest.PutAsync(
            vm,
            """
            #!/bin/busybox sh
            /bin/busybox --install -s /bin
            mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run; mount -t tmpfs tmp /tmp
            export PATH=/bin HOME=/ DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net
            for p in /sys/class/virtio-ports/*; do [ "$(cat $p/name)" = org.terrace.layout.0 ] && device=/dev/${p##*/}; done
            exec > /dev/ttyS0 2>&1
            echo "guest up"
            terrace layout follow --device $device --json --exec '(echo topology $(terrace topology --json)) > /dev/ttyS0'
            echo "follow ended with $?"
            poweroff -f
            """);
        LabResult result = await vm.RunAsync(
            """
            run=/tmp/run
            qemu-system-x86_64 -name guest=web1 -accel kvm -cpu host -M q35 -m 512 -smp 1 -nodefaults -no-reboot \
                -display none -L /tmp/firmware \
                -object memory-backend-memfd,id=m0,size=192M -object memory-backend-memfd,id=m1,size=320M \
                -numa node,memdev=m0,cpus=0 -numa node,memdev=m1 \
                -kernel /tmp/vmlinuz -initrd /tmp/guest.cpio -append 'console=ttyS0 quiet panic=-1' -serial file:/tmp/console \
                -device virtio-serial -chardev socket,id=layout,path=/tmp/layout.sock,server=on,wait=off \
                -device virtserialport,chardev=layout,name=org.terrace.layout.0 > /tmp/qemu.log 2>&1 & qemu=$!
            printf '%s\n' 'host: { cpu-limit: 60%, dry-run: true }' 'rules:' '- name: guests' '  match: { vm: "web*" }' \
                '  publish-layout: true' > /tmp/terrace.yaml
            begin() {
                terrace daemon --config /tmp/terrace.yaml --run-folder $run --state-folder /tmp/state 2>> /tmp/daemon.log & daemon=$!
            }
            begin
            lines() { grep -c "$1" /tmp/console; }
            # Until the guest has said that this many times.
            told() {
                n=0; until [ "$(lines "$1")" -ge $2 ]; do
                    sleep 1; n=$((n + 1))
                    [ $n -lt 240 ] && kill -0 $qemu || { tail -n 20 /tmp/console >&2; cat /tmp/qemu.log /tmp/daemon.log >&2; exit $3; }
                done
            }
            # The same, about its nodes: which of the host's tiers each is in.
            tiers() {
                n=0
                until grep '^topology' /tmp/console | tail -n 1 | grep -o '"kernelTier": [0-9]*, "hostTier": [0-9]*' | grep -o '[0-9]*$' |
                    tr '\n' ' ' | grep -q "^$1 "; do
                    sleep 1; n=$((n + 1))
                    [ $n -lt 120 ] || { tail -n 20 /tmp/console >&2; cat /tmp/daemon.log >&2; exit $2; }
                done
            }
            told '^{"event":"layout"' 1 10
            terrace layout set $qemu 0..192MiB=1 192MiB..end=0 > /tmp/set || { cat /tmp/set >&2; exit 11; }
            tiers '1 0' 12
            grep '^topology' /tmp/console | tail -n 1 | cut -d ' ' -f 2-
            terrace layout set $qemu 0..192MiB=0 192MiB..end=1 > /tmp/set || { cat /tmp/set >&2; exit 13; }
            tiers '0 1' 14
            terrace targets guests --run-folder $run --json | tr -d '\n'; echo
            # One daemon is killed; the next tells the guest again.
            kill -9 $daemon; wait $daemon
            before=$(lines '^{"event":"layout"')
            begin
            terrace layout push $qemu --node 1 > /tmp/push || { cat /tmp/push >&2; exit 15; }
            told '^{"event":"layout"' $((before + 1)) 16
            tiers '1 1' 17
            kill $daemon; wait $daemon
            kill $qemu; wait $qemu
            grep '^{"event":"layout"' /tmp/console | tail -n 1
            ! grep -i fault /tmp/daemon.log >&2
            """,
            TimeSpan.FromMinutes(12),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        string[] lines = result.Stdout.Split('\n');
        JsonElement guest = JsonDocument.Parse(lines[0]).RootElement.GetProperty("guest");
        Assert.True(guest.GetProperty("kernelIsStale").GetBoolean(), lines[0]);
        JsonElement[] nodes = [.. guest.GetProperty("nodes").EnumerateArray()];
        Assert.Equal([250, 80], nodes.Select(node => node.GetProperty("meanReadLatencyNs").GetInt32()));

        // A few pages may be on their way: the daemon's tracker lends one to the other node, to flush TLBs.
        Assert.True(
            nodes[0].GetProperty("slowBytes").GetUInt64() + (1 << 20) > nodes[0].GetProperty("knownBytes").GetUInt64()
                && nodes[1].GetProperty("slowBytes").GetUInt64() < 1 << 20,
            lines[0]);
        Assert.Contains("\"layout\"", lines[1], StringComparison.Ordinal);
        Assert.Equal(
            1,
            JsonDocument.Parse(lines[2]).RootElement.GetProperty("nodes")
                .EnumerateArray()
                .MaxBy(node => node.GetProperty("bytes").GetInt64())
                .GetProperty("hostNode")
                .GetInt32());
    }

    // Firmware of a machine for tests states no latencies.
    private static Topology Told(Topology host) => new(host.Nodes.Select(node => node with { ReadLatencyNs = 81 }));
}
