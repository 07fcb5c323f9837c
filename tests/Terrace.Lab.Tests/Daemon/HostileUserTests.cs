using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Lab.Tests;

/// <summary>What a local user can do to the daemon: nothing that others notice for long.</summary>
[Collection("lab")]
public sealed class HostileUserTests(LabFixture lab)
{
    [Fact]
    public async Task Command_lines_of_megabytes_are_read_in_part_and_cost_nobody_else()
    {
        await RunAsync(RefusalTests.AsNobody + """
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' \
                '  - { name: work, match: { command: "*exercise --size 32M*" }, fast: 50% }' \
                '  - { name: long, match: { command: "*--of-the-long-one*" } }' > $config
            exercise --size 32M
            start
            counted 1
            met work 480 520
            kib() { awk '/^VmRSS:/ { print $2 }' /proc/$daemon/status; }
            before=$(kib)

            # 40 words of 120 kB (execve(2) takes 6 MiB at most); and one that a rule is meant for, whose start still is.
            x=$(head -c 120000 /dev/zero | tr '\0' x); cat > /tmp/long.sh <<'END'
            ulimit -s unlimited
            x=$(head -c 120000 /dev/zero | tr '\0' x)
            set -- $x; n=0; while [ $n -lt 40 ]; do set -- "$@" $x; n=$((n + 1)); done
            for i in 1 2 3 4; do sh -c 'sleep 600; true' --of-the-long-one "$@" & done
            sh -c 'sleep 600; true' "$@" --of-the-long-one &
            wait
            END
            chmod 644 /tmp/long.sh
            as_nobody 'sh /tmp/long.sh' &
            n=0; until [ $(ask targets --json | grep -o '"pid"' | wc -l) -eq 5 ]; do
                sleep 0.5; n=$((n + 1)); [ $n -lt 120 ] || { ask targets >&2; tail -n 5 /tmp/daemon.log >&2; exit 10; }
            done
            longest=0; for p in $(ask targets --json | grep -o '"pid":[0-9]*' | cut -d: -f2); do
                l=$(wc -c < /proc/$p/cmdline); [ $l -gt $longest ] && longest=$l
            done
            [ $longest -gt 4500000 ] || { echo "$longest" >&2; exit 11; }
            after=$(kib)
            [ $((after - before)) -lt 20480 ] || { echo "$before KiB before, $after after" >&2; exit 12; }
            kill -0 $daemon || exit 13
            ! grep -i fault /tmp/daemon.log || exit 14
            echo "$before KiB before, $after after, longest command line $longest bytes"
            stop || exit 15
            """);
    }

    [Fact]
    public async Task Locks_of_a_user_keep_nothing_from_being_read_or_restored()
    {
        await RunAsync(RefusalTests.AsNobody + """
            printf '%s\n' 'host: { cpu-limit: 60%, kernel: terrace }' \
                'rules: [{ name: work, match: { command: "*exercise --size 16M*" } }]' > $config
            chmod 644 $config; chmod 755 /tmp
            mkdir -p $run; chmod 755 $run
            echo 1 > /proc/sys/kernel/numa_balancing
            cat > /tmp/hold.sh <<'END'
            kept="/tmp/terrace-run /run/terrace /var/lib/terrace"
            for file in /tmp/terrace.yaml /etc/group /etc/passwd $(find $kept -type f 2> /dev/null); do
                flock -n $file sleep 600 2> /dev/null &
            done
            sleep 1
            echo held
            wait
            END
            chmod 644 /tmp/hold.sh
            touch /tmp/held /tmp/held2 /tmp/held3 /tmp/held4
            as_nobody 'sh /tmp/hold.sh' > /tmp/held & until grep -q held /tmp/held; do sleep 0.2; done
            start
            as_nobody 'sh /tmp/hold.sh' > /tmp/held2 & until grep -q held /tmp/held2; do sleep 0.2; done
            grep -c FLOCK /proc/locks
            terrace config check $config || exit 10
            ask reload || { cat /tmp/daemon.log >&2; exit 11; }
            ask status > /dev/null || exit 12
            [ $(cat /proc/sys/kernel/numa_balancing) -eq 0 ] || exit 13
            stop || exit 14
            [ $(cat /proc/sys/kernel/numa_balancing) -eq 1 ] || exit 15
            as_nobody 'sh /tmp/hold.sh' > /tmp/held3 & until grep -q held /tmp/held3; do sleep 0.2; done
            terrace kernel --set numa_balancing=0 || exit 16
            as_nobody 'sh /tmp/hold.sh' > /tmp/held4 & until grep -q held /tmp/held4; do sleep 0.2; done
            terrace kernel --restore || exit 17
            [ $(cat /proc/sys/kernel/numa_balancing) -eq 1 ] || exit 18
            echo 0 > /proc/sys/kernel/numa_balancing
            """);
    }

    [Fact]
    public async Task A_process_whose_memory_is_locked_is_put_aside_and_others_have_their_rounds()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.PutAsync(
            await CompiledProgram.ForkerAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken),
            "/bin/forker",
            TestContext.Current.CancellationToken);
        LabResult result = await RunAsync("""
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' \
                '  - { name: work, match: { command: "*exercise --size 32M*" }, fast: 50%, interval: 200ms..500ms }' \
                '  - { name: locked, match: { command: "forker*" } }' > $config
            exercise --size 32M
            start
            counted 1
            met work 480 520
            rounds() { ask targets --json | grep '"name":"work"' | grep -o '"rounds":[0-9]*' | head -n 1 | cut -d: -f2; }
            forker 60000 60 > /tmp/forker & locked=$!
            until grep -q ready /tmp/forker; do sleep 0.2; done
            n=0; until grep -q "process $locked is put aside" /tmp/daemon.log; do
                sleep 0.3; n=$((n + 1)); [ $n -lt 100 ] || { ask status >&2; cat /tmp/daemon.log >&2; exit 10; }
            done
            n=0; until ask status | grep "put aside.* $locked (forker)"; do
                n=$((n + 1)); [ $n -lt 60 ] || { ask status >&2; exit 15; }
            done
            before=$(rounds)
            n=0; until after=$(rounds); [ $after -gt $before ]; do
                sleep 0.5; n=$((n + 1)); [ $n -lt 20 ] || { ask status >&2; exit 11; }
            done
            echo "rounds of the other: $before, then $after"
            kill -0 $locked || exit 16
            kill $locked; wait $locked
            n=0; until grep -q "memory of process $locked can be looked at again" /tmp/daemon.log; do
                sleep 0.3; n=$((n + 1)); [ $n -lt 100 ] || { cat /tmp/daemon.log >&2; exit 12; }
            done
            cat /tmp/forker
            kill -0 $daemon || exit 13
            stop || exit 14
            """);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout);
    }

    /// <summary>
    /// What is asked of the loop, which has the rounds of all, is answered by it at most a second later than before the lock was taken.
    /// Times between rounds say less: they grow while a process's heat is steady.
    /// </summary>
    [Fact]
    [Trait("Category", "Long")]
    public Task A_lock_that_is_never_given_back_delays_the_rounds_of_others_by_a_second_at_most() => DelaysNobodyAsync("");

    [Fact]
    [Trait("Category", "Long")]
    public Task One_of_a_process_whose_main_thread_has_ended_does_not_either() => DelaysNobodyAsync("late");

    private async Task DelaysNobodyAsync(string late)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.PutAsync(
            await CompiledProgram.HolderAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken),
            "/bin/holder",
            TestContext.Current.CancellationToken);
        LabResult result = await RunAsync($$"""
            printf '%s\n' 'host: { cpu-limit: 60%, max-stall: 1m }' 'rules:' \
                '  - { name: work, match: { command: "*exercise --size 32M*" }, fast: 50%, interval: 50ms..100ms }' \
                '  - { name: held, match: { comm: holder }, interval: 50ms..100ms }' > $config
            exercise --size 32M --phase 2s
            start
            counted 1
            ask events --follow > /tmp/events & sleep 5
            umount /tmp/served 2> /dev/null; mkdir -p /tmp/served
            rm -f /tmp/go; holder /tmp/served 65534 /tmp/go {{late}} > /tmp/holder & held=$!
            counted 2
            had() { grep '"event":"round"' /tmp/events | grep -c "\"pid\":$1,"; }
            n=0; until [ $(had $held) -ge 2 ] && [ $(grep -c '"event":"round"' /tmp/events) -ge 10 ]; do
                sleep 1; n=$((n + 1)); [ $n -lt 90 ] || { ask targets >&2; exit 18; }
            done
            touch /tmp/asking
            (while [ -e /tmp/asking ]; do
                read begun _ < /proc/uptime
                timeout 20 terrace set work --run-folder $run --fast 50% > /dev/null || echo failed $?
                read ended _ < /proc/uptime; echo $begun $ended; sleep 0.2
            done > /tmp/asked 2>&1) & asker=$!
            sleep 10
            read gone _ < /proc/uptime; touch /tmp/go
            until grep -q ready /tmp/holder; do sleep 0.2; done
            n=0; until grep -q "process $held is put aside" /tmp/daemon.log; do
                sleep 0.3; n=$((n + 1)); [ $n -lt 200 ] || { ask status >&2; cat /tmp/daemon.log >&2; exit 10; }
            done
            ask status | grep "put aside.* $held (holder)" || { ask status >&2; exit 11; }
            sleep 40

            # It had rounds of its own before, and is booked as the process that it is, whatever thread leads to its memory.
            grep '"event":"round"' /tmp/events | grep -q "\"pid\":$held," || { head -n 5 /tmp/events >&2; exit 12; }
            [ $(grep -c 'is put aside' /tmp/daemon.log) -eq 1 ] || { cat /tmp/daemon.log >&2; exit 13; }
            rm /tmp/asking; wait $asker
            ! grep -q failed /tmp/asked || { cat /tmp/asked >&2; tail -n 20 /tmp/daemon.log >&2; exit 18; }
            awk -v gone=$gone '{ took = $2 - $1
                if ($2 < gone) { n++; if (took > free) free = took } else { m++; if (took > kept) kept = took } }
                END { printf "longest answer %.2f s before (of %d), %.2f s since (of %d)\n", free, n, kept, m
                    exit !(n > 5 && m > 10 && kept <= free + 1) }' /tmp/asked || { ask status >&2; exit 14; }

            # Freed, it can end.
            kill $(awk '/server/ { print $2 }' /tmp/holder); sleep 1
            kill -9 $held; wait $held
            umount /tmp/served || exit 15
            kill -0 $daemon || exit 16
            stop || exit 17
            """);
        Assert.Contains("longest answer", result.Stdout, StringComparison.Ordinal);
    }

    private async Task<LabResult> RunAsync(string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await DaemonTests.RunAsync(vm, script, minutes: 5);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout);
        return result;
    }
}
