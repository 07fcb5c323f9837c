using System.Globalization;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>Half an hour of everything at once: the daemon grows by nothing, loses no handle, and holds the shares.</summary>
[Collection("lab")]
public sealed class DaemonEnduranceTests(LabFixture lab)
{
    /// <summary>Another length, in minutes, to try the test with.</summary>
    private const string MinutesVariable = "TERRACE_ENDURANCE_MINUTES";

    private const int StandardMinutes = 30;

    /// <summary>
    /// Memory of its own (RssAnon) that the daemon may gain after the first sixth of the time: the garbage collector's ups and
    /// downs.
    /// </summary>
    private const int GrowthKib = 4096;

    private const string Rules = """
        host: { cpu-limit: 60%, rate-limit: 128MiB/s }
        rules:
          - name: database
            match: { command: "*exercise --size 96M*" }
            fast: 40%
            priority: 10
          - name: guests
            match: { command: "*exercise --size 40M*" }
            fast: 30%
            per: process
          - name: batch
            match: { command: "*exercise --size 64M*" }
            class: best-effort
            areas: [{ kind: stack, treat: hot }]
        """;

    // Each turn: a batch job and one guest are replaced, a hundred short-lived processes run, somebody asks, changes and reloads;
    // then, with the same
    // number of processes as always, memory and handles are noted.
    private const string Script = """
        unharmed() {
            for f in "$@"; do
                tail -n 1 $f | grep -q '"event":"final"' || { echo "$f was harmed" >&2; tail -n 2 $f >&2; exit 80; }
            done
        }
        now() { cut -d. -f1 /proc/uptime; }
        end() { kill $1; wait $1; }
        # One that is told to end before its memory is filled ends without a last report.
        begin() {
            exercise "$@"
            last=$!; n=0; until [ "$(wc -l < /tmp/ex.$k)" -ge 2 ]; do
                sleep 0.1; n=$((n + 1))
                [ $n -lt 600 ] || exit 81
            done
        }
        lasts=$((2 * SECONDS))s
        start
        begin --size 96M --phase 45s; database=$last
        begin --size 40M; old=$last
        begin --size 40M; young=$last
        begin --size 64M --remap 200; batch=$last
        from=$(now); turns=0; rm -f /tmp/notes
        while [ $(($(now) - from)) -lt SECONDS ]; do
            turns=$((turns + 1))
            end $batch; begin --size 64M --remap 200; batch=$last
            end $old; old=$young; begin --size 40M; young=$last
            (i=0; while [ $i -lt 100 ]; do i=$((i + 1)); /bin/busybox true & done; wait)
            timeout 1 terrace events --follow --run-folder $run > /dev/null
            case $((turns % 4)) in
                0) ask set database --fast 60% ;;
                1) ask set database --fast rule ;;
                2) ask reload ;;
                3) ask pause batch; ask resume batch ;;
            esac > /dev/null || exit 10
            counted 4
            case $((turns % 4)) in
                0) met database 590 610 ;;
                2) met database 390 410; met guests:$old 290 310 ;;
            esac
            own=$(awk '/^RssAnon/ { print $2 }' /proc/$daemon/status)
            resident=$(awk '/^VmRSS/ { print $2 }' /proc/$daemon/status)
            echo "$(($(now) - from)) $own $resident $(ls /proc/$daemon/fd | wc -l)" >> /tmp/notes
            # What has ended well needs no more room.
            for f in /tmp/ex.*; do if tail -n 1 $f | grep -q '"event":"final"'; then rm $f; fi; done
        done
        cat /tmp/notes
        kill $database $old $young $batch; for p in $database $old $young $batch; do wait $p; done
        stop || exit 11
        unharmed /tmp/ex.*
        ! grep -i 'fault' /tmp/daemon.log || exit 12

        """;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Half_an_hour_of_mixed_load_leaves_no_trace_in_memory_and_handles()
    {
        int minutes = int.TryParse(
            Environment.GetEnvironmentVariable(MinutesVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            && given > 0 ? given : StandardMinutes;
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await vm.RunAsync($"cat > /tmp/terrace.yaml <<'END'\n{Rules}\nEND", ct: TestContext.Current.CancellationToken);
        LabResult result = await DaemonTests.RunAsync(
            vm, Script.Replace("SECONDS", $"{minutes * 60}", StringComparison.Ordinal), minutes: (minutes * 2) + 5);
        List<int[]> notes =
        [
            .. result.Stdout.Split('\n')
                .Select(line => line.Split(' '))
                .Where(words => words.Length == 4)
                .Select(words => words.Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray()),
        ];
        TestContext.Current.TestOutputHelper?.WriteLine(
            "second, RssAnon kB, VmRSS kB, handles\n" + string.Join('\n', notes.Select(note => string.Join(' ', note))));

        // From a sixth of the time on (five minutes of thirty) all that is going to be loaded has been.
        int[] first = notes.First(note => note[0] >= minutes * 10);
        int[][] last = [.. notes.TakeLast(3)];
        Assert.True(notes.IndexOf(first) < notes.Count - 3, "too few turns: raise " + MinutesVariable);
        Assert.InRange(last.Min(note => note[1]), 0, first[1] + GrowthKib);
        Assert.InRange(last.Min(note => note[3]), 0, first[3]);
    }
}
