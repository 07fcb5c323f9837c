using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// Things that happen on production hosts while Terrace works: whatever they are, no process is harmed and Terrace ends in a
/// known way.
/// </summary>
[Collection("lab")]
public sealed class HostileConditionTests(LabFixture lab)
{
    [Fact]
    public async Task Killed_at_any_instant_Terrace_leaves_the_process_unharmed_and_can_be_started_again()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 128M --hot 10% --share 90% --phase 2s --fast 40%");

        // Other delays each time, so that starts, scans and moves are all hit.
        await RunAsync(vm, $$"""
            for i in 1 2 3 4 5 6 7 8; do
                terrace manage --pid {{exercise.Pid}} --fast $((20 + i * 5))% --json > /tmp/events &
                p=$!
                sleep 1.$((i * 12))
                kill -9 $p
                wait $p
                kill -0 {{exercise.Pid}} || exit 1
            done
            managed 39 41 true --pid {{exercise.Pid}} --fast 40%
            """);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
        await exercise.EndAsync();
    }

    [Fact]
    public async Task Signals_stop_it_cleanly_with_a_summary()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 32M");
        foreach (string signal in (string[])["INT", "TERM"])
        {
            // After its first round. It runs in the foreground, because a shell starts background jobs with SIGINT ignored.
            LabResult result = await vm.RunAsync(
                $$"""
                rm -f /tmp/rounds
                (until grep -q '"event":"round"' /tmp/rounds 2> /dev/null; do sleep 0.2; done; kill -{{signal}} $(cat /tmp/pid)) &
                sh -c 'echo $$ > /tmp/pid; exec terrace manage --pid {{exercise.Pid}} --fast 40% --events /tmp/rounds'; echo code $?
                """,
                ct: TestContext.Current.CancellationToken);
            Assert.Contains("code 0\n", result.Stdout, StringComparison.Ordinal);
            Assert.Contains("managed 1 process", result.Stdout + result.Stderr, StringComparison.Ordinal);
        }

        await exercise.EndAsync();
    }

    [Fact]
    public async Task A_process_that_exits_while_it_is_scanned_and_moved_ends_the_management()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        for (int i = 0; i < 3; i++)
        {
            Exercised exercise = await Exercised.StartAsync(vm, "--size 96M --hot 10% --share 90% --phase 1s");
            LabResult result = await vm.RunAsync(
                $$"""
                rm -f /tmp/events
                (until [ -s /tmp/events ]; do sleep 0.1; done; sleep 0.{{i * 3}}; kill -9 {{exercise.Pid}}) &
                timeout 60 terrace manage --pid {{exercise.Pid}} --fast 40% --json > /tmp/events
                """,
                ct: TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        }
    }

    [Fact]
    public async Task Short_lived_children_and_reused_numbers_do_no_harm()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            """
            echo 400 > /proc/sys/kernel/pid_max
            terrace run --fast 40% -- sh -c 'i=0; while [ $i -lt 600 ]; do i=$((i + 1)); /bin/busybox true; done; exit 7'
            code=$?
            echo 32768 > /proc/sys/kernel/pid_max
            exit $code
            """,
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 7, $"{result.ExitCode}: {result.Stderr}");
    }

    [Fact]
    public async Task Full_nodes_are_an_ordinary_condition()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:512M,cxl:256M") });
        Exercised exercise = await Exercised.StartAsync(vm, "--size 480M --hot 10% --share 90%");
        LabResult result = await vm.RunAsync(
            $"terrace manage --pid {exercise.Pid} --fast 20% --for 20s --json > /tmp/events", ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        await exercise.EndAsync();
    }

    [Fact]
    public async Task Memory_taken_away_and_given_back_while_managing_is_followed()
    {
        // A machine of its own: what other tests leave in the slow node cannot always be moved out of a block.
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec());
        Exercised exercise = await Exercised.StartAsync(vm, "--size 256M --hot 10% --share 90% --fast 40%");
        LabResult result = await vm.RunAsync(
            $$"""
            {{Managed.Functions}}
            managed 39 41 '[ -e /tmp/given-back ]' --pid {{exercise.Pid}} --fast 40% & p=$!
            until grep -q '"event":"round"' /tmp/events; do sleep 0.2; done
            off=0
            for block in $(ls -d /sys/devices/system/node/node1/memory* | sort -V -r); do
                [ $off -lt 4 ] || break
                timeout 3 sh -c "echo offline > $block/state" 2>/dev/null && off=$((off + 1))
            done
            # Two rounds without it.
            rounds=$(grep -c '"event":"round"' /tmp/events)
            until [ $(grep -c '"event":"round"' /tmp/events) -ge $((rounds + 2)) ]; do sleep 0.2; done
            for block in /sys/devices/system/memory/memory*; do
                [ "$(cat $block/state)" = online ] || echo online_movable > $block/state
            done
            echo off $off
            touch /tmp/given-back
            wait $p
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
        Assert.DoesNotContain("off 0", result.Stdout, StringComparison.Ordinal);
        await exercise.EndAsync();
    }

    private static async Task RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            Managed.Functions + script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}\n{result.Stdout}\n{result.Stderr}");
    }
}
