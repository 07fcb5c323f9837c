using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>A node that the configuration names comes late: the daemon waits for it, and a restart meanwhile changes nothing.</summary>
[Collection("lab")]
public sealed class LateNodeTests
{
    [Fact]
    public async Task A_named_node_that_is_not_there_keeps_no_daemon_from_its_start_and_is_taken_when_it_comes()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:1G"), PmemBytes = 1L << 30 });
        await vm.RunAsync(
            """
            cat > /tmp/terrace.yaml <<'END'
            host: { cpu-limit: 60%, tiers: 0/1 }
            rules:
              - { name: half, match: { command: '*exercise --size 64M*' }, fast: 50% }
            END
            """,
            ct: TestContext.Current.CancellationToken);
        await DaemonTests.RunAsync(
            vm,
            """
            timeout 60 terrace tiers offline dax0.0 || exit 10
            cat /sys/devices/system/node/possible /sys/devices/system/node/online
            missed() { ask status --json | grep -q 'node 1 is not there'; }
            start
            exercise --size 64M
            counted 1
            missed || exit 11
            stop || exit 12
            start
            counted 1
            missed || exit 13
            ask reload || exit 14
            sleep 5
            missed || exit 15
            [ "$(grep -c 'node 1 is not there' /tmp/daemon.log)" -eq 2 ] || { cat /tmp/daemon.log >&2; exit 16; }

            # What the kernel does by itself matters as soon as there are tiers, and not before.
            echo 2 > /proc/sys/kernel/numa_balancing
            ! grep 'kernel promotes pages by itself' /tmp/daemon.log || exit 22
            terrace tiers online dax0.0 --yes || exit 17
            sleep 2
            grep -q 'kernel promotes pages by itself' /tmp/daemon.log || { cat /tmp/daemon.log >&2; exit 23; }
            echo 0 > /proc/sys/kernel/numa_balancing
            met half 490 510
            ! missed || exit 18
            kill $pids; wait $pids
            stop || exit 19

            # A node that can never come is a mistake.
            printf 'host:\n  tiers: 0/1,900\n' > $config
            terrace daemon --config $config --run-folder $run --state-folder $state 2> /tmp/refused
            [ $? -eq 78 ] || exit 20
            grep 'host.tiers: there is no node 900, and none can come' /tmp/refused || exit 21
            """);
    }
}
