using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>
/// Memory that two managed processes share, in one group and one control group: counted once, placed once, as hot as both make
/// it.
/// </summary>
[Collection("lab")]
public sealed class SharedMemoryTests(LabFixture lab)
{
    private const long Mebibyte = 1 << 20;
    private const long SharedBytes = 64 * Mebibyte;

    // Only the shared file is managed, so that figures are its own.
    private const string Script = """
        run=/tmp/shared-run; config=/tmp/shared.yaml; group=/sys/fs/cgroup/sharers
        rm -rf $run /dev/shm/arena /tmp/shared.*.jsonl; mkdir -p $group
        cat > $config <<'END'
        host: { cpu-limit: 60% }
        rules:
        - name: sharers
          match: { cgroup: /sharers }
          fast: 30%
          areas:
          - { kind: anonymous, treat: ignore }
          - { kind: heap, treat: ignore }
          - { kind: stack, treat: ignore }
          - { file: "/bin/*", treat: ignore }
          - { file: "/lib*", treat: ignore }
          - { file: "/usr/*", treat: ignore }
          - { file: "/memfd:*", treat: ignore }
          - { file: "/tmp/*", treat: ignore }
        END
        ask() { command=$1; shift; terrace $command --run-folder $run "$@"; }
        exercise() {
            (echo 0 > $group/cgroup.procs
                exec terrace exercise --size 64M --shared /dev/shm/arena --hot 10% --share 90% --load 3% \
                    --seed $1 --for 10m --json > /tmp/shared.$1.jsonl) & pids="$pids $!"
        }
        value() { tail -n 1 $1 | sed "s/.*\"$2\":\([0-9.]*\).*/\1/"; }
        trap 'jobs -p > /tmp/left; kill -9 $(cat /tmp/left) 2> /dev/null' EXIT
        pids=; exercise 1; exercise 2
        until [ $(grep -c report /tmp/shared.1.jsonl) -gt 2 ] && [ $(grep -c report /tmp/shared.2.jsonl) -gt 2 ]; do sleep 0.3; done
        terrace daemon --config $config --run-folder $run --state-folder /tmp/shared-state 2> /tmp/shared.log & daemon=$!
        n=0; until ask targets sharers --json 2> /dev/null > /tmp/targets; do
            sleep 0.5; n=$((n + 1))
            [ $n -lt 60 ] || { cat /tmp/shared.log >&2; exit 90; }
        done
        # Settled: both hot sets are served by fast memory.
        n=0
        until awk "BEGIN { exit !($(value /tmp/shared.1.jsonl fastShare) > 0.85 && $(value /tmp/shared.2.jsonl fastShare) > 0.85) }"; do
            sleep 1; n=$((n + 1))
            [ $n -lt 75 ] || { tail -n 1 /tmp/shared.?.jsonl >&2; ask targets sharers >&2; cat /tmp/shared.log >&2; exit 91; }
        done
        sleep 3
        ask targets sharers --json
        ask targets sharers >&2
        kill $daemon; wait $daemon
        kill $pids; wait $pids
        rm -rf /dev/shm/arena; sleep 0.5; rmdir $group
        exit 0
        """;

    [Fact]
    public async Task Memory_that_two_processes_share_is_counted_once_and_both_their_hot_pages_are_in_fast_memory()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(Script, TimeSpan.FromMinutes(3), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        using JsonDocument json = JsonDocument.Parse(result.Stdout);
        JsonElement group = json.RootElement;
        Assert.Equal(2, group.GetProperty("processes").GetArrayLength());
        long bytes = group.GetProperty("bytes").GetInt64();
        Assert.True(bytes is >= SharedBytes and <= SharedBytes + Mebibyte, $"{bytes} bytes are managed: {result.Stdout}\n{result.Stderr}");
        double share = (double)group.GetProperty("fastBytes").GetInt64() / group.GetProperty("bytes").GetInt64();
        Assert.InRange(share, 0.29, 0.31);

        // The kernel's own account: the pages have moved, and were not moved twice.
        JsonElement account = Assert.Single(group.GetProperty("cgroups").EnumerateArray().ToArray());
        Assert.Equal("/sharers", account.GetProperty("path").GetString());
        JsonElement[] nodes = [.. account.GetProperty("nodes").EnumerateArray()];
        Assert.Equal([0, 1], nodes.Select(node => node.GetProperty("tier").GetInt32()));

        // The runtime's own memfds are in the account too, some 3 MiB for each process.
        long fastBytes = group.GetProperty("fastBytes").GetInt64();
        Assert.InRange(nodes.Sum(node => node.GetProperty("shmemBytes").GetInt64()), SharedBytes, SharedBytes + (12 * Mebibyte));
        Assert.InRange(nodes[0].GetProperty("shmemBytes").GetInt64(), fastBytes - Mebibyte, fastBytes + (12 * Mebibyte));
        Assert.True(nodes.Sum(node => node.GetProperty("anonBytes").GetInt64()) > Mebibyte, result.Stdout);
        Assert.Contains("control group /sharers", result.Stderr, StringComparison.Ordinal);
    }
}
