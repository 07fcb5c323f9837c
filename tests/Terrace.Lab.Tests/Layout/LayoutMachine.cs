using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>A machine of three nodes with our program in it, booted when the first test asks for it.</summary>
public sealed class LayoutMachine : IAsyncLifetime
{
    private const string Functions = """
        # Made before it starts: what one of that name said in an earlier script is not its own.
        start() { name=$1; shift; : > /tmp/$name.jsonl; "$@" --json --load 5% > /tmp/$name.jsonl 2> /tmp/$name.err & pid=$!
            n=0; until grep -q '"event":"report"' /tmp/$name.jsonl; do
                sleep 0.1; n=$((n + 1))
                [ $n -lt 600 ] && kill -0 $pid || { cat /tmp/$name.err >&2; exit 90; }
            done
        }
        end() { kill $1; wait $1; }
        # Pages of a file by node, as the kernel shows them of a process that maps it.
        nodes() { grep "file=$2" /proc/$1/numa_maps | grep -o 'N[0-9]*=[0-9]*' | sort | tr '\n' ' ' | sed 's/ $//'; }
        is() { [ "$2" = "$3" ] || { echo "$1: '$2' is not '$3'" >&2; exit 91; }; }
        code() {
            expected=$1
            shift
            "$@" > /tmp/out 2> /tmp/err
            got=$?
            [ $got = $expected ] || { echo "exit code $got, not $expected: $*" >&2; cat /tmp/out /tmp/err >&2; exit 92; }
        }
        field() { grep -o "\"$1\":[^,}]*" /tmp/out | head -n 1 | cut -d: -f2 | tr -d '"'; }
        said() { grep -q "$1" /tmp/out /tmp/err || { echo "nobody said '$1'" >&2; cat /tmp/out /tmp/err >&2; exit 93; }; }
        empty() { dd if=/dev/zero of=$1 bs=1 count=0 seek=$2 2> /dev/null; }
        # Until a change that runs has done a part of it.
        begun() {
            n=0; until [ "$(cat /run/terrace/layout/*.point 2> /dev/null)" -gt 0 ] 2> /dev/null; do
                sleep 0.05; n=$((n + 1))
                [ $n -lt 600 ] || { echo 'did not begin' >&2; exit 94; }
            done
        }
        # Waits for what it ends: its memory is free only then, and the next script may count it.
        trap 'jobs -p > /tmp/left; kill -9 $(cat /tmp/left) 2> /dev/null; wait; rm -rf /dev/shm/* /run/terrace/layout' EXIT

        """;

    private LabMachine? machine;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (machine is not null)
        {
            await machine.DisposeAsync();
        }
    }

    /// <summary>Runs a script with the functions above; fails unless it exits with 0.</summary>
    public async Task RunAsync(string script)
    {
        machine ??= await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:768M,cxl:512M,pmem:512M") });
        LabResult result = await machine.RunAsync(
            Functions + script + "\nexit 0", TimeSpan.FromMinutes(3), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
