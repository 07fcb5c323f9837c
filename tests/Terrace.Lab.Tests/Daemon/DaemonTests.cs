using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace daemon</c> on a real kernel: rules decide, processes come and go, and nobody is harmed.</summary>
[Collection("lab")]
public sealed class DaemonTests(LabFixture lab)
{
    private const int BadConfiguration = 78;
    private const int NotPermitted = 77;
    private const int Unavailable = 69;

    // Emulated CPUs are some twenty times slower than real ones: the default limit would be a twentieth of what it is meant to be.
    private const string Rules = """
        version: 1
        host: { cpu-limit: 60% }
        rules:
          - name: left alone
            match: { command: "*exercise --size 16M*" }
            exclude: true
          - name: together
            match: { command: "*exercise --size 48M*" }
            fast: 30%
          - name: each
            match: { command: "*exercise --size 64M*" }
            fast: 50%
            per: process
        """;

    // Folders of these tests' own, so that nothing is left to others.
    internal const string Functions = """
        run=/tmp/terrace-run; state=/tmp/terrace-state; config=/tmp/terrace.yaml
        start() { terrace daemon --config $config --run-folder $run --state-folder $state 2>> /tmp/daemon.log & daemon=$!
            n=0; until terrace status --run-folder $run > /dev/null 2>&1; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 150 ] && kill -0 $daemon || { cat /tmp/daemon.log >&2; exit 90; }
            done
        }
        ask() { command=$1; shift; terrace $command --run-folder $run "$@"; }
        stop() { kill -TERM $daemon; wait $daemon; }
        share() {
            ask targets --json | grep "\"name\":\"$1" | head -n 1 |
                sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),"budgetBytes".*"processes".*/\1 \2/' |
                awk '{ print int($2 * 1000 / $1 + 0.5) }'
        }
        met() {
            n=0; until s=$(share "$1"); [ "${s:-0}" -ge $2 ] && [ "${s:-0}" -le $3 ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 45 ] || { echo "$1 is at $s" >&2; ask targets >&2; cat /tmp/daemon.log >&2; exit 91; }
            done
        }
        count() { ask targets --json | grep -o '"pid"' | wc -l; }
        counted() {
            n=0; until [ "$(count)" -eq $1 ]; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 100 ] || { ask targets >&2; cat /tmp/daemon.log >&2; exit 92; }
            done
        }
        exercise() {
            k=$((k + 1))
            terrace exercise "$@" --load 5% --hot 10% --share 90% --for ${lasts:-10m} --json > /tmp/ex.$k & pids="$pids $!"
        }
        rm -rf $run $state /tmp/daemon.log /tmp/ex.*; pids=; k=0
        # A test that fails must not leave its load to the next one.
        trap 'jobs -p > /tmp/left; kill -9 $(cat /tmp/left) 2> /dev/null' EXIT

        """;

    [Fact]
    public async Task Processes_are_taken_as_they_come_and_have_their_rules_shares()
    {
        LabMachine vm = await PrepareAsync();
        LabResult result = await RunAsync(vm, """
            exercise --size 64M
            start
            exercise --size 48M
            exercise --size 48M
            exercise --size 16M
            counted 3
            met each 490 510
            met together 290 310
            ask status --json
            kill $pids; wait $pids
            counted 0
            stop
            """);
        using JsonDocument status = JsonDocument.Parse(result.Stdout.Split('\n').First(line => line.StartsWith('{')));
        Assert.True(status.RootElement.GetProperty("processEvents").GetBoolean());
        Assert.Equal(3, status.RootElement.GetProperty("processes").GetInt32());
    }

    [Fact]
    public async Task A_share_can_be_set_kept_and_given_back_and_a_bad_configuration_changes_nothing()
    {
        LabMachine vm = await PrepareAsync();
        LabResult result = await RunAsync(vm, $$"""
            start
            exercise --size 64M
            counted 1
            ask set each --fast 20% --persist
            met each 190 210
            echo 'rules: [{ name: x, macth: 1 }]' > $config.bad; cp $config $config.good; cp $config.bad $config
            ask reload; [ $? -eq {{BadConfiguration}} ] || exit 10
            kill -HUP $daemon
            counted 1
            met each 190 210
            ask status | grep -q 'configuration on disk is bad' || exit 11
            cp $config.good $config
            terrace daemon --config $config --run-folder $run --state-folder $state; [ $? -eq {{Unavailable}} ] || exit 12
            kill -9 $daemon; wait $daemon
            start
            met each 190 210
            ask set each --fast rule
            met each 490 510
            sed -i 's/exclude: true/fast: 10%/; s/exercise --size 16M/--size 64M/' $config
            ask reload
            met 'left alone' 90 110
            ask pause 'left alone' && ask resume && ask explain $(echo $pids) 100000001000
            kill $pids; wait $pids
            stop
            """);
        Assert.Contains("to move it", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_than_root_see_their_own_processes_only_and_change_nothing()
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(vm, RefusalTests.AsNobody + $$"""
            start
            exercise --size 64M
            counted 1
            met each 490 510
            chmod 755 $run
            as_nobody "terrace targets --run-folder $run --json" > /tmp/seen || exit 10
            [ ! -s /tmp/seen ] || exit 11
            as_nobody "terrace explain $(echo $pids) 100000001000 --run-folder $run"; [ $? -eq 66 ] || exit 12
            for change in 'set each --fast 1%' pause reload; do
                as_nobody "terrace $change --run-folder $run"; [ $? -eq {{NotPermitted}} ] || exit 13
            done
            as_nobody "timeout 8 terrace events --run-folder $run" > /tmp/seen
            [ ! -s /tmp/seen ] || exit 14
            as_nobody "terrace status --run-folder $run" | grep -q '1 process in 1 group' || exit 15
            met each 490 510
            kill $pids; wait $pids
            stop
            """);
    }

    [Fact]
    public Task Killed_under_load_it_harms_nobody_and_the_next_one_resumes() => KillAsync(times: 6);

    [Fact]
    [Trait("Category", "Long")]
    public Task Killed_a_hundred_times_under_load_it_harms_nobody_and_the_next_one_resumes() => KillAsync(times: 100);

    [Fact]
    public async Task An_area_that_is_to_be_left_alone_is_not_counted()
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(vm, """
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' '- name: areas' '  match: { command: "*exercise --size 64M*" }' \
                '  fast: 30%' '  areas: [{ range: 0x100002000000-0x100004000000, treat: ignore }]' > $config
            terrace config check $config
            start
            exercise --size 64M --contiguous
            counted 1
            met areas 290 310
            total=$(ask targets --json | grep -o '"bytes":[0-9]*' | head -n 1 | cut -d: -f2)
            kill $pids; wait $pids
            stop
            [ $total -lt 56000000 ] || { echo "$total bytes are managed" >&2; exit 10; }
            """);
    }

    [Fact]
    public async Task Areas_have_shares_of_their_own_by_rule_and_by_name()
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(vm, """
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' '- name: areas' '  match: { command: "*exercise --size 64M*" }' \
                '  fast: 50%' '  per: process' '  areas: [{ range: 0x100000000000-0x100002000000, fast: 80% }]' > $config
            terrace config check $config || exit 10
            start
            exercise --size 64M --contiguous --name terrace:fast=10%
            counted 1
            part() {
                ask targets --json | grep -o "\"name\":\"$1[^}]*" | head -n 1 |
                    sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\).*/\1 \2/' | awk '{ print int($2 * 1000 / $1 + 0.5), $1 }'
            }
            n=0; until set -- $(part 100000000000-) && [ "${1:-0}" -ge 790 ] && [ "$1" -le 810 ] && [ $2 -eq 33554432 ] \
                && set -- $(part terrace:fast=10%) && [ "${1:-0}" -ge 90 ] && [ "$1" -le 110 ]; do
                sleep 0.5; n=$((n + 1)); [ $n -lt 60 ] || { ask targets >&2; cat /tmp/daemon.log >&2; exit 11; }
            done
            # What is of no area may be huge pages only: then it has the nearest number of them, half a one from its share at most.
            met areas 484 516
            ask explain $(echo $pids) 100000001000 | grep -q '100000000000-100002000000: 80%' || exit 12
            ask explain $(echo $pids) 100003001000 | grep -q 'terrace:fast=10%: 10%' || exit 13
            kill $pids; wait $pids
            stop
            """);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Storms_of_short_lived_processes_are_got_over()
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(vm, """
            start
            i=0; while [ $i -lt 1500 ]; do i=$((i + 1)); /bin/busybox true; done
            exercise --size 64M
            counted 1
            met each 490 510
            (i=0; while [ $i -lt 1500 ]; do i=$((i + 1)); /bin/busybox true & done; wait)
            ask status
            kill $pids; wait $pids
            counted 0
            stop
            """);
    }

    private async Task<LabMachine> PrepareAsync()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.RunAsync($"cat > /tmp/terrace.yaml <<'END'\n{Rules}\nEND", ct: TestContext.Current.CancellationToken);
        return vm;
    }

    private async Task KillAsync(int times)
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(
            vm,
            $$"""
            exercise --size 64M --phase 2s
            exercise --size 48M
            knobs() {
                cat /proc/sys/kernel/numa_balancing /sys/kernel/mm/numa/demotion_enabled
                ls /sys/kernel/mm/damon/admin/kdamonds 2> /dev/null
            }
            before=$(knobs)
            i=0
            while [ $i -lt {{times}} ]; do
                i=$((i + 1))
                terrace daemon --config $config --run-folder $run --state-folder $state 2> /dev/null & daemon=$!
                sleep $((i % 4)).$((i * 37 % 100))
                kill -9 $daemon; wait $daemon
                for p in $pids; do kill -0 $p || exit 10; done
            done
            [ "$before" = "$(knobs)" ] || exit 11
            start
            counted 2
            met together 290 310
            kill $pids; wait $pids
            stop
            for f in /tmp/ex.1 /tmp/ex.2; do tail -n 1 $f | grep -q '"event":"final"' || { tail -n 2 $f >&2; exit 12; }; done
            """,
            minutes: 3 + (times / 8));
    }

    internal static async Task<LabResult> RunAsync(LabMachine vm, string script, int minutes = 3)
    {
        LabResult result = await vm.RunAsync(
            Functions + script + "\nexit 0", TimeSpan.FromMinutes(minutes), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result;
    }
}
