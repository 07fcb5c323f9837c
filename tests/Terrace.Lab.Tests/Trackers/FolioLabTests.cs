using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>Memory in folios of 16 KiB to 1 MiB (mTHP): what moves one of their pages moves all.</summary>
public sealed class FolioLabTests
{
    private const string Sizes = "/sys/kernel/mm/transparent_hugepage";

    [Fact]
    public async Task Folios_are_moved_whole_and_counted_as_the_kernel_counts_them_and_none_is_split()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { FolioBytes = 64 << 10 });
        await KeepsShareAsync(vm, "--size 600M", leastFolios: 9000, mostSplit: 100);
    }

    [Theory]
    [InlineData("6.12", 16)]
    [InlineData("6.12", 1024)]
    [InlineData("7", 64)]
    [Trait("Category", "Long")]
    public async Task Folios_of_other_sizes_and_of_another_kernel_too(string kernel, int kilobytes)
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            new LabSpec { Kernel = kernel, FolioBytes = (long)kilobytes << 10 });
        await KeepsShareAsync(vm, "--size 600M", leastFolios: 500 * 1024 / kilobytes, mostSplit: 6400 / kilobytes);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Folios_of_several_sizes_in_two_families_at_once_count_once_and_are_moved_whole()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec());
        string program = await CompiledProgram.ShapesAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken);
        await vm.PutAsync(program, "/bin/shapes", TestContext.Current.CancellationToken);
        LabResult result = await DaemonTests.RunAsync(
            vm,
            $$"""
            cat > $config <<'END'
            host: { cpu-limit: 60% }
            rules: [{ name: shapes, match: { executable: /bin/shapes }, fast: 20%, per: process }]
            END
            echo 0 > /proc/sys/kernel/numa_balancing
            for k in 1 2; do
                shapes folios 120 16 64 512 > /tmp/shape.$k 2>&1 & eval "p$k=$!"
                until grep -q ready /tmp/shape.$k; do kill -0 $! || { cat /tmp/shape.$k >&2; exit 11; }; sleep 0.1; done
            done
            cd {{Sizes}}
            split() { cat hugepages-*kB/stats/split | awk '{ n += $1 } END { print n }'; }
            moved() { grep pgmigrate_success /proc/vmstat | cut -d' ' -f2; }
            bytes() {
                ask targets --json | tr '{' '\n' | grep '"pid"' | sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),.*/\1 \2/' | sort -n
            }
            # The parents have their shares, and the children next to nothing.
            settled() {
                n=0; until bytes > /tmp/bytes; awk '
                    $1 > 100000000 { n++; if ($2 / $1 < 0.19 || $2 / $1 > 0.21) bad = 1 } END { exit bad || n != 2 }' /tmp/bytes; do
                    sleep 1; n=$((n + 1)); [ $n -lt 120 ] || { ask targets >&2; cat /tmp/bytes >&2; exit 91; }
                done
            }
            hot() {
                for k in 1 2; do
                    before=$(grep -c hot /tmp/shape.$k); eval "kill -USR1 \$p$k"
                    until [ $(grep -c hot /tmp/shape.$k) -gt $before ]; do sleep 0.1; done
                    tail -n 1 /tmp/shape.$k
                done
            }
            for size in 16 64 512; do cat hugepages-${size}kB/stats/nr_anon; done
            from=$(split)
            start
            counted 2
            settled
            sleep 10
            kill -USR2 $p1 $p2
            counted 4
            earlier=$(moved)
            sleep 40
            settled
            hot
            echo $(($(split) - from)) $(($(moved) - earlier))
            awk '{ n += $1 } END { print int(n / 4096) }' /tmp/bytes
            ask targets >&2; cat /tmp/bytes >&2
            stop
            kill $p1 $p2
            """,
            minutes: 9);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Stdout + result.Stderr);
        long[][] lines =
        [
            .. result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ').Where(word => word != "hot"))
                .Select(words => words.Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray()),
        ];

        // Two processes with 40 MiB of each size; first touch may fall back for some.
        Assert.InRange(lines[0][0], 4500, 5200);
        Assert.InRange(lines[1][0], 1100, 1300);
        Assert.InRange(lines[2][0], 140, 170);
        Assert.All(lines[3..5], on => Assert.InRange(on[0] / (double)on.Sum(), 0.98, 1));
        Assert.InRange(lines[5][0], 0, 20);
        Assert.InRange(lines[5][1], 0, 2000);
        Assert.InRange(lines[6][0], 2 * 30_720, 2 * 31_500);
    }

    private static async Task KeepsShareAsync(LabMachine vm, string size, long leastFolios, long mostSplit)
    {
        // Without the first the arena would be huge pages; with the second on the kernel would move pages, too.
        await RunAsync(vm, $"echo never > {Sizes}/hugepages-2048kB/enabled; echo 0 > /proc/sys/kernel/numa_balancing");
        Exercised load = await Exercised.StartAsync(
            vm, $"{size} --hot 10% --share 90% --contiguous --huge-pages on --load 10% --for 5m");
        Assert.InRange(await SumAsync(vm, $"{Sizes}/hugepages-*kB/stats/nr_anon"), leastFolios, long.MaxValue);
        long migrated = await SumAsync(vm, "/proc/vmstat", "pgmigrate_success");
        long split = await SumAsync(vm, $"{Sizes}/hugepages-*kB/stats/split");
        await RunAsync(vm, $"""
            terrace manage --pid {load.Pid} --fast 20% --for 60s --summary-json /tmp/summary.json --json > /tmp/events 2> /tmp/said
            code=$?; cat /tmp/said; exit $code
            """);
        migrated = await SumAsync(vm, "/proc/vmstat", "pgmigrate_success") - migrated;
        split = await SumAsync(vm, $"{Sizes}/hugepages-*kB/stats/split") - split;
        JsonElement[] rounds = await RoundsAsync(vm);
        double told = rounds.Sum(round => Count(round, "moved"));
        double busy = rounds.Sum(round => Count(round, "busy"));
        double pages = rounds[^1].GetProperty("pages").GetDouble();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{pages} pages; {migrated} migrated, {told} counted, {busy} busy; {split} folios split");
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.19, 0.21);

        // The best that a fifth of the memory can serve is 0.911.
        Assert.InRange(await load.LastAsync("fastShare"), 0.97 * 0.911, 1);
        Assert.InRange(told / migrated, 0.95, 1.05);
        Assert.InRange(migrated, 0, 1.3 * pages);
        Assert.InRange(busy, 0, pages / 100);
        Assert.InRange(split, 0, mostSplit);
        await load.EndAsync();
    }

    private static double Count(JsonElement round, string what) =>
        round.GetProperty("promoted").GetProperty(what).GetDouble() + round.GetProperty("demoted").GetProperty(what).GetDouble();

    private static async Task<JsonElement[]> RoundsAsync(LabMachine vm)
    {
        string events = await RunAsync(vm, "grep '\"event\":\"round\"' /tmp/events");
        return [.. events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The sum of the numbers at the ends of the lines of files, or of those that begin with a word.</summary>
    private static async Task<long> SumAsync(LabMachine vm, string files, string word = "")
    {
        string sum = await RunAsync(vm, $"cat {files} | grep '^{word}' | awk '{{ sum += $NF }} END {{ printf \"%d\", sum }}'");
        return long.Parse(sum, CultureInfo.InvariantCulture);
    }

    private static async Task<string> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result.Stdout;
    }
}
