using System.Globalization;
using System.Text;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>A lab machine with loads of lab-vm/host-load in it.</summary>
internal sealed class HostGuest(LabMachine vm)
{
    /// <summary>Bytes of a base page.</summary>
    public const long PageBytes = 4096;

    /// <summary>
    /// <c>load NAME WORDS</c> starts one and waits until it has reported three times; <c>sample PID</c> prints time, pages that the
    /// kernel has migrated, ticks of a process and those of the pages that a system call asked for, nothing once it has ended;
    /// <c>say SECONDS NAME</c> tells whoever waits how a load is. What migrates pages, and why, the kernel tells in the event
    /// mm_migrate_pages (include/trace/events/migrate.h): compaction does, too, wherever memory runs short.
    /// </summary>
    private const string Functions = """
        cd /tmp
        fail() { echo "$*" >&2; exit 1; }
        alive() { state=$(cut -d' ' -f3 /proc/$1/stat 2> /dev/null) && [ "$state" != Z ]; }
        load() {
            local name=$1 tries=0; shift
            "$@" > $name.jsonl 2> $name.err & echo $! > $name.pid
            until [ "$(grep -c '"report"' $name.jsonl)" -ge 3 ]; do
                sleep 0.5; tries=$((tries + 1))
                [ $tries -lt 240 ] && alive $(cat $name.pid) || fail "the load did not start: $(cat $name.err)"
            done
        }
        pids() { grep -o '"pid":[0-9]*' $1.jsonl | cut -d: -f2; }
        migrated=/sys/kernel/tracing/events/migrate/mm_migrate_pages
        [ -d $migrated ] || mount -t tracefs none /sys/kernel/tracing
        grep -q reason $migrated/trigger || echo 'hist:keys=reason:vals=succeeded' > $migrated/trigger
        for_calls() { sed -n 's/.*reason: *3 .*succeeded: *//p' $migrated/hist | grep . || echo 0; }
        counter() { awk -v name=$1 '$1 == name { print $2 }' /proc/vmstat; }
        sample() {
            ticks=$(awk '{ print $14 + $15 }' /proc/$1/stat 2> /dev/null)
            [ -z "$ticks" ] || echo "$(cut -d' ' -f1 /proc/uptime) $(counter pgmigrate_success) $ticks $(for_calls)"
        }
        say() { echo "$1 $(tail -n 2 $2.jsonl | head -n 1)" >&2; }
        ballast() {
            host_load ballast $1 $2 > ballast.jsonl 2> ballast.err & echo $! > ballast.pid
            until grep -q start ballast.jsonl; do
                alive $(cat ballast.pid) || fail "ballast: $(cat ballast.err)"; sleep 0.2
            done
        }
        stop() {
            for one in $*; do kill -9 $one 2> /dev/null; done
            for one in $*; do while alive $one; do sleep 0.1; done; done
        }

        """;

    /// <summary>Puts the load's program in.</summary>
    public async Task PrepareAsync(string root, string script)
    {
        await vm.PutAsync(await CompiledProgram.HostLoadAsync(root, CancellationToken.None), "/bin/host_load");
        await RunAsync(script.Length > 0 ? script : "true");
    }

    /// <summary>Runs a script with the functions above; what it says about a load is printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> RunAsync(string script, double minutes = 8)
    {
        StringBuilder line = new();
        LabResult result = await vm.RunAsync(
            Functions + script,
            TimeSpan.FromMinutes(minutes),
            onStderr: bytes =>
            {
                foreach (char letter in Encoding.UTF8.GetString(bytes))
                {
                    if (letter != '\n')
                    {
                        line.Append(letter);
                        continue;
                    }

                    Tell(line.ToString());
                    line.Clear();
                }
            });
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {LastOf(result.Stderr)}");
    }

    /// <summary>What a load has written.</summary>
    public async Task<LoadLog> LogAsync(string name = "load") => LoadLog.Parse(await RunAsync($"cat {name}.jsonl"));

    /// <summary>Lines of numbers.</summary>
    public static double[][] Numbers(string text) =>
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture))
                .ToArray()),
    ];

    private static void Tell(string line)
    {
        if (line.Split(' ', 2) is not [var seconds, ['{', .., '}'] report])
        {
            return;
        }

        using JsonDocument document = JsonDocument.Parse(report);
        if (document.RootElement.TryGetProperty("fast", out JsonElement fast))
        {
            double served = document.RootElement.GetProperty("served").GetDouble()
                / Math.Max(1, document.RootElement.GetProperty("accesses").GetDouble());
            double mebibytes = fast.GetDouble() * PageBytes / (1 << 20);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"     {seconds,4} s: {mebibytes:0} MiB in fast memory, which serves {served:p1}"));
        }
    }

    private static string LastOf(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.EndsWith('}')).TakeLast(3));
}
