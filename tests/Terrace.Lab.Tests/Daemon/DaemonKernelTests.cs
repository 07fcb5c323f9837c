using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>
/// <c>host: { kernel: MODE }</c>: the daemon sets the kernel's own tiering and puts it back, whatever becomes of it, and
/// overwrites nobody's changes.
/// </summary>
[Collection("lab")]
public sealed class DaemonKernelTests(LabFixture lab)
{
    // The default folder, where terrace kernel looks too; the settings are what a kernel begins with.
    private const string Prepare = """
        run=/run/terrace; rm -rf $run
        knobs() { cat /proc/sys/kernel/numa_balancing /sys/kernel/mm/numa/demotion_enabled | tr '\n' ' '; }
        is() {
            [ "$(knobs)" = "$1 " ] || {
                echo "line $2: $(knobs), not $1" >&2; ask status >&2; cat $run/kernel-held.json /tmp/daemon.log >&2; exit 10
            }
        }
        says() { ask status | grep -q "$1" || { ask status >&2; exit 11; }; }
        mode() { printf 'host: { kernel: %s }\n' $1 > $config; }
        crash() { kill -9 $daemon; wait $daemon; }
        trap 'kill -9 $daemon; echo 0 > /proc/sys/kernel/numa_balancing; echo 0 > /sys/kernel/mm/numa/demotion_enabled; rm -rf $run' EXIT
        echo 1 > /proc/sys/kernel/numa_balancing; echo 0 > /sys/kernel/mm/numa/demotion_enabled

        """;

    [Fact]
    public async Task A_mode_holds_while_the_daemon_runs_and_a_crash_loses_nothing()
    {
        await RunAsync("""
            mode terrace
            start
            is '0 true' applied
            says 'mode terrace: demotion on (was off), numa_balancing 0 (was 1)'
            crash
            is '0 true' killed
            start; stop
            is '1 false' put-back-by-the-next
            start; crash
            terrace kernel --restore
            is '1 false' put-back-by-hand
            [ ! -e $run/kernel-held.json ] || exit 12
            """);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Other_peoples_changes_stay_and_a_reload_changes_the_mode()
    {
        await RunAsync("""
            mode leave
            start
            is '1 false' left
            says 'left as it is'; says 'NUMA balancing is on and may move pages'
            mode kernel; ask reload
            is '2 true' over; says 'The kernel promotes pages by itself'
            mode terrace; ask reload
            is '0 true' over-again
            mode cooperate; ask reload
            is '0 true' the-same; says 'mode cooperate'
            echo 3 > /proc/sys/kernel/numa_balancing
            says 'numa_balancing 3, set by somebody else'
            ask reload
            is '3 true' somebody-elses
            crash
            mode leave; start
            is '3 false' leave
            stop
            is '3 false' end
            """);
    }

    private async Task RunAsync(string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await DaemonTests.RunAsync(vm, Prepare + script);
    }
}
