using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>One process, one instance of Terrace: who comes second is refused, or waits.</summary>
[Collection("lab")]
public sealed class ClaimTests(LabFixture lab)
{
    private const int Unavailable = 69;

    private const string Rules = """
        version: 1
        host: { cpu-limit: 60% }
        rules:
          - name: work
            match: { command: "*exercise --size 32M*" }
            fast: 50%
        """;

    [Fact]
    public async Task Manage_refuses_what_the_daemon_or_another_manage_has()
    {
        LabResult result = await RunAsync($$"""
            exercise --size 32M
            pid=$(echo $pids)
            start
            counted 1
            terrace manage --pid $pid --fast 40% --for 1s 2> /tmp/refused; [ $? -eq {{Unavailable}} ] || exit 10
            grep -q "process $pid is managed by the daemon (process $daemon) already" /tmp/refused || exit 11
            grep -q 'terrace set TARGET --fast SHARE, .*terrace pause TARGET' /tmp/refused || exit 12

            # What is paused may be had; the daemon leaves it alone for as long as somebody has it.
            ask pause work
            terrace manage --pid $pid --fast 40% > /tmp/managed 2>&1 & manage=$!
            n=0; until grep -q "POSIX *ADVISORY *WRITE $manage " /proc/locks; do
                sleep 0.2; n=$((n + 1)); [ $n -lt 150 ] || { cat /proc/locks /tmp/managed >&2; exit 13; }
            done
            terrace manage --pid $pid --for 1s 2> /tmp/refused; [ $? -eq {{Unavailable}} ] || exit 19
            grep -q "process $pid is managed by terrace manage (process $manage) already" /tmp/refused || exit 14
            ask resume work
            counted 0
            ask status | grep 'left to terrace run or manage' || exit 15
            ask status --json | grep '"managedElsewhere":1,' > /dev/null || exit 16

            # A killed one leaves no claim behind.
            kill -9 $manage; wait $manage
            counted 1
            ask status --json | grep '"managedElsewhere":0,' > /dev/null || exit 17
            grep "process $pid ([a-z]*) leaves work: terrace manage (process $manage) manages it now" /tmp/daemon.log || exit 18
            kill $pids; wait $pids
            stop
            """);
        Assert.Contains("left to terrace run or manage", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_run_started_is_its_own_with_all_descendants()
    {
        LabResult result = await RunAsync("""
            start

            # A grandchild whose parent is gone is still a descendant.
            work='terrace exercise --size 32M --load 5% --for 20s --json'
            terrace run --fast 40% -- sh -c "sh -c '$work > /tmp/ex.1 & sleep 1'; sleep 8" \
                > /tmp/ran 2>&1 & ran=$!
            n=0; until ask status --json | grep -q '"managedElsewhere":1,'; do
                sleep 0.2; n=$((n + 1)); [ $n -lt 100 ] || { ask status >&2; cat /tmp/daemon.log >&2; exit 10; }
            done
            [ $(count) -eq 0 ] || exit 11
            wait $ran || exit 12
            grep 'managed . process' /tmp/ran || { cat /tmp/ran >&2; exit 13; }

            # Who outlives it is the daemon's.
            counted 1
            kill $(pidof terrace | tr ' ' '\n' | while read -r p; do grep -l exercise /proc/$p/cmdline | cut -d/ -f3; done)
            stop
            """);
        Assert.Contains("managed", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fixed_share_says_what_it_keeps_out_of_free_fast_memory()
    {
        LabResult result = await RunAsync("""
            exercise --size 96M
            terrace manage --pid $(echo $pids) --fast 30% --for 12s --json > /tmp/rounds 2> /tmp/said
            grep 'note: --fast 30% keeps .* out of fast memory that it has room for; --fast auto lets it in' /tmp/said || exit 10
            grep -o '"withheldBytes":[0-9]*' /tmp/rounds
            terrace manage --pid $(echo $pids) --for 3s 2> /tmp/said
            ! grep -q 'out of fast memory' /tmp/said || exit 11
            kill $pids; wait $pids
            """);
        string withheld = result.Stdout.Split('\n').Single(line => line.StartsWith("\"withheldBytes\":", StringComparison.Ordinal));
        double mebibytes = long.Parse(withheld.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) / 1024.0 / 1024;

        // 70 % of the 96 MiB and of what the program itself has.
        Assert.InRange(mebibytes, 60, 110);
    }

    private async Task<LabResult> RunAsync(string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.RunAsync($"cat > /tmp/terrace.yaml <<'END'\n{Rules}\nEND", ct: TestContext.Current.CancellationToken);
        return await DaemonTests.RunAsync(vm, script);
    }
}
