using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Lab.Tests;

/// <summary>Processes whose main thread ends while others continue: they are managed as all others are.</summary>
[Collection("lab")]
public sealed class ThreadRelayTests(LabFixture lab)
{
    [Fact]
    public async Task A_process_whose_main_thread_has_ended_is_scanned_and_placed()
    {
        LabMachine vm = await MachineAsync();
        LabResult result = await RunAsync(vm, """
            relay 64 0 0 > /tmp/relay & p=$!
            until grep -q ready /tmp/relay && grep -q "^State:.Z" /proc/$p/status; do sleep 0.1; done
            terrace scan $p --json > /tmp/scan.json || exit 11
            managed 39 41 true --pid $p --fast 40% || exit 12
            kill -9 $p
            cat /tmp/scan.json
            """);
        Assert.Matches(@"""pages"": ?1[67]\d{3}\b", result.Stdout);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
    }

    [Fact]
    public async Task A_managed_process_stays_so_when_its_main_thread_ends_and_when_the_next_one_does()
    {
        LabMachine vm = await MachineAsync();
        LabResult result = await RunAsync(vm, """
            relay 64 8 16 > /tmp/relay & p=$!
            until grep -q ready /tmp/relay; do sleep 0.1; done
            # The first worker has gone too: there are the zombie and one that works; and two rounds of that one.
            handed_over() {
                [ $(ls /proc/$p/task | wc -l) -eq 2 ] || return 1
                now=$(grep -c '"event":"round"' /tmp/events)
                [ $now -ge $((${before:=$now} + 2)) ]
            }
            managed 39 41 handed_over --pid $p --fast 40% || exit 11
            grep -q "^State:.Z" /proc/$p/status || exit 12
            echo "threads $(ls /proc/$p/task | wc -l)"
            kill -9 $p
            grep -c '"event":"round"' /tmp/events
            """);
        Assert.StartsWith("threads 2\n", result.Stdout, StringComparison.Ordinal);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
    }

    /// <summary>
    /// The kernel no longer updates what the first thread's status says of the cpuset (css_task_iter_advance, kernel/cgroup/cgroup.c, skips
    /// threads that have ended): the file of another one has what holds.
    /// </summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_cpuset_that_changes_after_the_main_thread_has_ended_is_respected()
    {
        LabMachine vm = await MachineAsync();
        LabResult result = await RunAsync(vm, """
            group=/sys/fs/cgroup/relay; mkdir $group; echo 0-1 > $group/cpuset.mems
            sh -c "echo \$\$ > $group/cgroup.procs; exec relay 64 0 0" > /tmp/relay & p=$!
            until grep -q ready /tmp/relay && grep -q "^State:.Z" /proc/$p/status; do sleep 0.1; done
            managed 39 41 true --pid $p --fast 40% || exit 11
            echo 1 > $group/cpuset.mems
            terrace manage --pid $p --fast 80% --for 10s > /dev/null 2> /tmp/said || { cat /tmp/said >&2; exit 12; }
            for thread in $p $(ls /proc/$p/task | grep -v "^$p$" | tail -n 1); do
                grep Mems_allowed_list /proc/$p/task/$thread/status
            done
            awk '{ for (i = 2; i <= NF; i++) if (index($i, "N0=") == 1) n += substr($i, 4) } END { print "fast", n + 0 }' \
                /proc/$p/task/$thread/numa_maps
            cat /tmp/said
            kill -9 $p
            until rmdir $group; do sleep 0.2; done
            """);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout);
        string[] lines = result.Stdout.Split('\n');
        Assert.Equal(["Mems_allowed_list:\t0-1", "Mems_allowed_list:\t1"], lines[..2]);
        Assert.Contains("one tier only", result.Stdout, StringComparison.Ordinal);
        Assert.InRange(int.Parse(lines[2].Split(' ')[1], CultureInfo.InvariantCulture), 0, 1000);
    }

    /// <summary>
    /// process_madvise(2), by which samples are cleared, looks at the main thread only, whatever the pidfd was opened for
    /// (pidfd_get_task, kernel/pid.c), and refuses: then all of the memory is looked at.
    /// </summary>
    [Fact]
    public async Task Looks_between_rounds_continue_although_the_kernel_takes_no_advice_on_it()
    {
        LabMachine vm = await MachineAsync();
        LabResult result = await RunAsync(vm, """
            relay 64 0 0 > /tmp/relay & p=$!
            until grep -q ready /tmp/relay && grep -q "^State:.Z" /proc/$p/status; do sleep 0.1; done
            terrace manage --pid $p --fast 40% --for 40s --summary-json /tmp/summary.json --json > /tmp/events 2> /tmp/said || exit 11
            kill -9 $p
            grep -o '"failedScans":[0-9]*' /tmp/events | sort -u
            echo "looks $(grep -o '"looks":[0-9]*' /tmp/events | cut -d: -f2 | awk '{ n += $1 } END { print n }')"
            cat /tmp/said
            """);
        Assert.Matches(@"looks [1-9]", result.Stdout);
        Assert.Matches("\"failedScans\":0\n", result.Stdout);
        Assert.DoesNotMatch("(?i)(?<!\")fail|\"failedScans\":[1-9]", result.Stdout);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
    }

    [Fact]
    public async Task The_daemon_finds_it_by_its_program_and_keeps_its_share()
    {
        LabMachine vm = await MachineAsync();
        LabResult result = await RunAsync(vm, """
            run=/tmp/relay-run; rm -rf $run
            printf '%s\n' 'host: { cpu-limit: 60% }' \
                'rules: [{ name: relays, match: { executable: /bin/relay }, fast: 40% }]' > /tmp/relay.yaml
            relay 64 0 0 > /tmp/relay & before=$!
            until grep -q ready /tmp/relay; do sleep 0.1; done
            terrace config match /tmp/relay.yaml --pid $before
            terrace daemon --config /tmp/relay.yaml --run-folder $run --state-folder /tmp/relay-state 2> /tmp/relay.log & daemon=$!
            until [ -S $run/control.sock ]; do sleep 0.2; done
            # One that comes while the daemon runs, and loses its main thread before it is looked at.
            relay 32 0 0 > /tmp/relay2 & after=$!
            bytes() { grep -o "\"$1\":[0-9]*" /tmp/targets | head -n 1 | cut -d: -f2; }
            met() {
                terrace targets --run-folder $run relays --json > /tmp/targets
                all=$(bytes bytes); fast=$(bytes fastBytes)
                [ "${all:-0}" -gt 95000000 ] && [ $((fast * 100 / all)) -ge 39 ] && [ $((fast * 100 / all)) -le 41 ]
            }
            n=0; until met; do
                sleep 1; n=$((n + 1))
                [ $n -lt 90 ] || { terrace targets --run-folder $run relays >&2; cat /tmp/relay.log >&2; exit 11; }
            done
            kill $daemon; wait $daemon
            kill -9 $before $after
            exit 0
            """);
        Assert.Contains("relays: matches", result.Stdout, StringComparison.Ordinal);
    }

    private async Task<LabMachine> MachineAsync()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.PutAsync(
            await CompiledProgram.RelayAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken),
            "/bin/relay",
            TestContext.Current.CancellationToken);
        return vm;
    }

    private static async Task<LabResult> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            Managed.Functions + script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result;
    }
}
