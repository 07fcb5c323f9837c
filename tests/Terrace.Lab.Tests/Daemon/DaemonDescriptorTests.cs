using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>What thousands of processes take of the daemon, and what it does when it may not have more files open.</summary>
[Collection("lab")]
public sealed class DaemonDescriptorTests(LabFixture lab)
{
    private const int Many = 10_000;

    /// <summary>What else the daemon has open: sockets, nodes' files, the kernel's memory, the runtime's own.</summary>
    private const int Others = 100;

    /// <summary>A quarter of what each of 804 took before: 127 MB in all.</summary>
    private const int MostKibEach = 39;

    // In numbers of the status: processes that are managed, and that wait.
    private const string Script = """
        field() { ask status --json | grep -o "\"$1\":[0-9]*" | head -n 1 | cut -d: -f2; }
        # The status is asked for twice, some ticks apart: both numbers are of a time at which nothing changed any more. What a client's
        # connection takes is free for one process more when it has gone.
        settled() {
            n=0; until m=$(field processes) && w=$(field waitingProcesses) &&
                [ $((m + w)) -eq $1 ] && sleep 2 && [ $w -eq $(field waitingProcesses) ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt ${2:-240} ] || { echo "$m managed, $w wait" >&2; tail -n 5 /tmp/daemon.log >&2; exit 60; }
            done
        }
        open() { ls /proc/$daemon/fd | wc -l; }

        """;

    [Fact]
    public async Task With_too_few_descriptors_the_daemon_tells_what_it_does_not_manage_and_takes_it_when_others_end()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await PutSleepersAsync(vm);
        await DaemonTests.RunAsync(
            vm,
            Script + """
            ip link set lo up 2> /dev/null || ifconfig lo 127.0.0.1 up
            printf '%s\n' 'host: { cpu-limit: 60%, metrics: 127.0.0.1:9466 }' \
                'rules: [{ name: all, match: { command: "sleepers*" } }]' > $config
            scrape() { busybox wget -qO- http://127.0.0.1:9466/metrics; }
            sleepers 150 16 > /tmp/asleep & until grep -q asleep /tmp/asleep; do sleep 0.2; done
            ulimit -n 256
            start
            settled 151
            [ $w -gt 50 ] && [ $m -gt 20 ] || { echo "$m managed, $w wait" >&2; exit 61; }
            [ $(open) -le 256 ] || exit 62
            ask status > /tmp/status || exit 63
            grep -q "$w processes that rules take are not managed: 256 open files allow no more" /tmp/status ||
                { cat /tmp/status >&2; exit 64; }
            scrape > /tmp/metrics || exit 65
            grep -q "^terrace_processes_waiting $w\$" /tmp/metrics || { grep waiting /tmp/metrics >&2; exit 66; }
            grep -q "^terrace_open_files_limit 256\$" /tmp/metrics || exit 67
            [ $(grep -c 'are not managed' /tmp/daemon.log) -eq 1 ] || { cat /tmp/daemon.log >&2; exit 68; }

            # Clients have what is kept for them.
            followers=; for i in 1 2 3 4 5 6; do ask events --follow > /dev/null 2>&1 & followers="$followers $!"; done
            sleep 2
            ask status > /dev/null && scrape > /dev/null || exit 69
            kill $followers

            # Those that wait are taken for those that end.
            managed=$(ask targets --json | grep -o '"pid":[0-9]*' | cut -d: -f2 | tail -n 15)
            before=$w
            kill -9 $managed
            settled 136
            [ $w -le $((before - 14)) ] || { echo "$w wait, $before before" >&2; exit 70; }
            kill -0 $daemon || exit 71
            ! grep -i 'fault' /tmp/daemon.log || exit 72
            killall sleepers
            settled 0
            stop || exit 73
            """,
            minutes: 5);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_thousand_sleeping_processes_take_two_descriptors_and_little_memory_each()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:3G,cxl:3G") });
        await PutSleepersAsync(vm);
        LabResult result = await DaemonTests.RunAsync(
            vm,
            Script + $$"""
            printf '%s\n' 'host: { cpu-limit: 100% }' 'rules: [{ name: all, match: { command: "sleepers*" } }]' > $config
            sleepers {{Many - 1}} 16 > /tmp/asleep & until grep -q asleep /tmp/asleep; do sleep 1; done
            ulimit -n 65536
            start
            settled {{Many}} 2400
            echo "descriptors $(open)"

            # Until all have had rounds, and what it needed for a while is given back.
            sleep 300
            kib=$(awk '/^VmRSS:/ { print $2 }' /proc/$daemon/status)
            echo "kib $kib"
            ask status
            kill -0 $daemon || exit 74
            killall sleepers
            settled 0
            stop || exit 75
            """,
            minutes: 45);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout);
        Assert.InRange(Number(result, "descriptors"), Many, (2 * Many) + Others);
        Assert.InRange(Number(result, "kib"), 1, MostKibEach * Many);
    }

    private static async Task PutSleepersAsync(LabMachine vm) =>
        await vm.PutAsync(
            await CompiledProgram.SleepersAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken),
            "/bin/sleepers",
            TestContext.Current.CancellationToken);

    private static int Number(LabResult result, string name) =>
        int.Parse(
            result.Stdout.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..],
            CultureInfo.InvariantCulture);
}
