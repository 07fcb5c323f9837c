using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>What programs say to the daemon of their own memory.</summary>
[Collection("lab")]
public sealed class AdviceTests(LabFixture lab)
{
    private const int NoSuchProcess = 66;

    // The arena of an exercise begins here.
    private const string MoreFunctions = """
        work() {
            k=$((k + 1))
            terrace exercise "$@" --contiguous --load 5% --run-folder $run --for 10m --json > /tmp/ex.$k & pids="$pids $!"
        }
        tier() { ask explain $1 --json $2 | sed -n 's/.*"tier":\([0-9]\).*/\1/p'; }
        all_in() {
            for page in 0000 5000 100000 333000 7ff000 b00000; do
                t=$(tier $2 $(printf '%x' $((0x100000000000 + 0x$page))))
                [ "$t" = $1 ] || { echo "page $page is in tier $t, not $1" >&2; return 1; }
            done
        }
        becomes() {
            n=0; until all_in $1 $2 2> /tmp/why; do
                sleep 1; n=$((n + 1))
                [ $n -lt 40 ] || { cat /tmp/why /tmp/daemon.log >&2; ask targets >&2; exit 93; }
            done
        }

        """;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Advice_holds_whatever_the_heat_and_for_the_process_that_gives_it_alone()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await RunAsync(
            vm,
            $$"""
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' '- name: advising' '  match: { command: "*exercise --size 64M*" }' \
                '  fast: 30%' '  per: process' > $config
            start

            # A fifth of the memory that is never used is said to be hot, a fifth that is used most to be cold.
            # A third process says nothing.
            work --size 64M --hot 20% --share 0% --advise hot; unused=$!
            work --size 64M --hot 20% --share 95% --advise cold; used=$!
            work --size 64M --hot 20% --share 95%; silent=$!
            counted 3
            becomes 0 $unused
            becomes 1 $used
            becomes 0 $silent
            terrace exercise --size 16M --contiguous --advise hot --run-folder $run --for 3s > /dev/null 2> /tmp/unmanaged
            [ $? -eq {{NoSuchProcess}} ] || exit 10
            grep -q 'not managed' /tmp/unmanaged || exit 11
            kill $pids; for p in $pids; do wait $p || exit 12; done
            stop
            """);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task One_whose_every_page_is_pinned_has_its_share_and_no_more_and_its_neighbour_has_its_own()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await RunAsync(
            vm,
            """
            printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' '- name: greedy' '  match: { command: "*exercise --size 64M*" }' \
                '  fast: 30%' '- name: modest' '  match: { command: "*exercise --size 48M*" }' '  fast: 40%' > $config
            start
            work --size 64M --hot 100% --advise pin
            work --size 48M --hot 10%
            counted 2
            met greedy 290 310
            met modest 390 410
            sleep 10
            met greedy 290 310
            met modest 390 410
            ask targets --json | grep -o '"hotBytes":[0-9]*' | head -n 1
            kill $pids; for p in $pids; do wait $p || exit 12; done
            stop
            """);
    }

    private static async Task RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            DaemonTests.Functions + MoreFunctions + script + "\nexit 0",
            TimeSpan.FromMinutes(4),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
