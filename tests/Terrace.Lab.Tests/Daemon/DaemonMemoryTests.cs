using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>What the daemon itself takes of a host's memory.</summary>
[Collection("lab")]
public sealed class DaemonMemoryTests(LabFixture lab)
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task An_idle_daemon_takes_little_memory_and_works_as_before_when_there_is_something_to_do()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.RunAsync(
            "printf 'host: { cpu-limit: 60%% }\nrules: [{ name: each, match: { command: \"*exercise*\" }, fast: 50%%, per: process "
                + "}]\n' > /tmp/terrace.yaml",
            ct: TestContext.Current.CancellationToken);
        LabResult result = await DaemonTests.RunAsync(vm, """
            idle() { sleep 15; rss=$(awk '/^VmRSS/ { print $2 }' /proc/$daemon/status); echo "$rss kB resident $1"
                [ $rss -lt LIMIT ] || { cat /proc/$daemon/status >&2; exit 10; }; }
            start
            idle 'after its start'
            exercise --size 64M
            counted 1
            met each 490 510
            ask reload || exit 11
            # Pages of the program are given back while it manages, too.
            sleep 10
            ask set each --fast 20% || exit 12
            met each 190 210
            kill $pids; wait $pids
            counted 0
            ask reload || exit 13
            idle 'after it has managed'
            stop || exit 14
            ! grep -i fault /tmp/daemon.log || exit 15
            """.Replace("LIMIT", "40000", StringComparison.Ordinal), minutes: 8);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout);
    }
}
