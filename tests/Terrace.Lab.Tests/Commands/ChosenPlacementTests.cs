using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>Where a program chose itself where its memory lies, that is respected: counted from outside, in /proc/PID/numa_maps.</summary>
[Collection("lab")]
public sealed class ChosenPlacementTests(LabFixture lab)
{
    private const string Functions = """
        start() { name=$1; shift; : > /tmp/$name.jsonl; "$@" --json --load 5% > /tmp/$name.jsonl 2> /tmp/$name.err & pid=$!
            n=0; until grep -q '"event":"report"' /tmp/$name.jsonl; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 300 ] && kill -0 $pid || { cat /tmp/$name.err >&2; exit 90; }
            done
        }
        arena() {
            awk -v node="N$2=" '
                $1 ~ /^1000/ { for (i = 2; i <= NF; i++) if (index($i, node) == 1) n += substr($i, length(node) + 1) }
                END { print n + 0 }' /proc/$1/numa_maps
        }
        is() { [ "$2" -ge $3 ] && [ "$2" -le $4 ] || { echo "$1: $2 is not $3 to $4" >&2; exit 91; }; }

        """;

    [Fact]
    public async Task Memory_that_a_program_bound_stays_where_it_is_while_its_neighbours_is_moved()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await RunAsync(
            vm,
            """
            start bound terrace exercise --size 64M --bind 1; bound=$pid
            start free terrace exercise --size 64M; free=$pid
            is 'bound at first' $(arena $bound 1) 16384 16384
            terrace manage --pid $bound $free --fast 30% --for 12s 2> /tmp/low.err > /dev/null
            is 'bound at 30%' $(arena $bound 1) 16384 16384
            is 'free at 30%' $(arena $free 0) 1600 8000
            terrace manage --pid $bound $free --fast 100% --for 12s > /dev/null 2> /tmp/high.err
            is 'bound at 100%' $(arena $bound 1) 16384 16384
            is 'free at 100%' $(arena $free 0) 16000 16384
            grep -q "process $bound placed .* of its memory itself, by memory policies" /tmp/high.err || { cat /tmp/high.err >&2; exit 10; }
            terrace manage --pid $bound --fast 100% --override-placement --for 12s > /dev/null 2>&1
            is 'overridden' $(arena $bound 0) 16000 16384
            kill $bound $free; wait $bound $free
            """);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_program_under_numactl_stays_where_it_was_bound_and_one_under_terrace_runs_own_policy_is_managed()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        string? folder = null;
        try
        {
            folder = await ProgramStore.GetAsync("numactl", _ => { }, TestContext.Current.CancellationToken);
        }
        catch (LabException error) when (error.Message.Contains("cannot fetch", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
        }

        await vm.PutAsync(folder!, "/srv/numactl", TestContext.Current.CancellationToken);
        await RunAsync(
            vm,
            """
            loader=$(find /srv/numactl/ -type f -name 'ld-linux-x86-64.so*' | head -n 1)
            libraries=$(find /srv/numactl/ -name 'lib*.so*' | sed 's:/[^/]*$::' | sort -u | tr '\n' ':')
            start bound $loader --library-path $libraries /srv/numactl/usr/bin/numactl --membind=1 terrace exercise --size 64M; bound=$pid
            is 'bound at first' $(arena $bound 1) 16384 16384
            terrace manage --pid $bound --fast 100% --for 12s > /dev/null 2>&1
            is 'bound at 100%' $(arena $bound 1) 16384 16384
            kill $bound; wait $bound
            work='terrace exercise --size 64M --hot 10% --contiguous --for 20s --json --pages-to /tmp/pages.csv > /dev/null'
            terrace run --fast 50% --allocate interleave -- sh -c "$work" || exit 12
            hot=$(awk -F, 'NR > 1 && NR <= 1600 && $2 == 0' /tmp/pages.csv | wc -l)
            is 'hot pages in fast memory' $hot 1500 1600
            """);
    }

    [Fact]
    public async Task A_process_whose_cpuset_allows_fast_memory_only_is_left_alone()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await RunAsync(
            vm,
            """
            mkdir /sys/fs/cgroup/fast; echo 0 > /sys/fs/cgroup/fast/cpuset.mems
            start kept sh -c 'echo $$ > /sys/fs/cgroup/fast/cgroup.procs; exec terrace exercise --size 64M "$@"' sh; kept=$pid
            terrace manage --pid $kept --fast 30% --for 10s --json > /tmp/kept.events 2> /tmp/kept.err
            is 'kept' $(arena $kept 0) 16384 16384
            grep -q 'one tier only' /tmp/kept.err || { cat /tmp/kept.err >&2; exit 13; }
            kill $kept; wait $kept
            rmdir /sys/fs/cgroup/fast
            """);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Pages_never_go_to_a_node_that_the_cpuset_forbids()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:512M,cxl:512M,pmem:512M") });
        await RunAsync(
            vm,
            """
            mkdir /sys/fs/cgroup/some; echo 0,2 > /sys/fs/cgroup/some/cpuset.mems
            start some sh -c 'echo $$ > /sys/fs/cgroup/some/cgroup.procs; exec terrace exercise --size 64M "$@"' sh; some=$pid
            terrace manage --pid $some --fast 30% --for 15s > /dev/null 2>&1 & manage=$!
            while kill -0 $manage 2> /dev/null; do is 'forbidden' $(arena $some 1) 0 0; sleep 0.5; done
            is 'fast' $(arena $some 0) 1600 8000
            is 'slow' $(arena $some 2) 8300 14800
            kill $some; wait $some
            """);
    }

    private static async Task RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            Functions + script + "\nexit 0", TimeSpan.FromMinutes(3), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
