using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>The daemon on a real kernel that reports pressure: moves are held back while others wait, and continue afterwards.</summary>
[Collection("lab")]
public sealed class BackOffLabTests(LabFixture lab)
{
    // What the emulated host as a whole waits for is left out: the daemon itself takes most of its CPUs.
    private const string Functions = DaemonTests.Functions + """
        group=/sys/fs/cgroup/pressed; mkdir -p $group; echo max > $group/memory.high
        in_group() { sh -c 'echo $$ > /sys/fs/cgroup/pressed/cgroup.procs; exec "$@"' in_group "$@" & last=$!; }
        until_() {
            n=0; until eval "$1"; do
                sleep 0.3; n=$((n + 1))
                [ $n -lt ${2:-150} ] || {
                    echo "never: $1" >&2; cat $group/*.pressure >&2
                    ask status >&2; ask targets --json >&2; cat /tmp/daemon.log >&2; exit 93
                }
            done
        }
        some() { awk '$1 == "some" { sub("avg10=", "", $2); print int($2) }' $group/$1.pressure; }
        value() { ask targets --json | grep -o "\"$1\":[0-9]*" | tail -n 1 | cut -d: -f2; }
        printf '%s\n' 'host: { cpu-limit: 60%, back-off: { memory: off, cpu: off, target-cpu: 50%, max-hold: 10m } }' 'rules:' \
            '- { name: pressed, match: { cgroup: /pressed, command: "*exercise --size 64M*" }, fast: 50% }' > $config
        in_group terrace exercise --size 64M --load 5% --hot 10% --share 90% $phase --for 10m --json > /tmp/ex.1; exercise=$last
        until_ '[ $(wc -l < /tmp/ex.1) -ge 2 ]'

        """;

    [Fact]
    [Trait("Category", "Long")]
    public async Task While_a_control_group_waits_for_cpus_its_pages_stay_and_afterwards_it_comes_to_its_share()
    {
        LabResult result = await RunAsync("", """
            echo 10 > $group/cpu.weight
            for i in 1 2 3 4 5 6; do in_group sh -c 'while :; do :; done'; burners="$burners $last"; done
            until_ '[ $(some cpu) -ge 60 ]'
            start
            counted 1
            until_ '[ "$(value rounds)" -ge 3 ]' 300
            [ "$(value demotedBytes)" -eq 0 ] && [ "$(value promotedBytes)" -eq 0 ] || { ask targets --json >&2; exit 10; }
            ask targets
            ask status
            kill $burners
            met pressed 490 510
            """);
        Assert.Contains("CPU pressure of its control group", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("1 of 1 processes are moved or scanned less", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task While_a_control_group_waits_for_memory_nothing_comes_up_but_what_is_too_much_goes_down()
    {
        // Its hot pages move: there is always something that should come up.
        LabResult result = await RunAsync("--phase 20s", """
            sed -i 's/target-cpu: 50%/target-cpu: off/' $config
            echo 96M > $group/memory.high
            in_group dd if=/dev/zero of=/tmp/hog bs=64k count=20000; hog=$last
            until_ '[ $(some memory) -ge 30 ]'
            start
            counted 1
            met pressed 490 510
            until_ '[ "$(value heldBackPressure)" -gt 0 ]' 80
            [ "$(value promotedBytes)" -eq 0 ] || { ask targets --json >&2; exit 10; }
            ask targets
            kill -9 $hog; echo max > $group/memory.high; rm -f /tmp/hog
            until_ '[ "$(value promotedBytes)" -gt 0 ]' 80
            """);
        Assert.Contains("memory pressure of its control group", result.Stdout, StringComparison.Ordinal);
    }

    private async Task<LabResult> RunAsync(string phase, string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            $"phase='{phase}'\n" + Functions + script + "\n{ kill $exercise $daemon; wait; } 2> /dev/null; rmdir $group; exit 0",
            TimeSpan.FromMinutes(12),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result;
    }
}
