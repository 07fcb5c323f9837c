using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// What changing a layout costs: striping 128 MiB in blocks of 256 pages over three nodes, with all pages in use and with none
/// allocated, every page looked at in the end; ten thousand layouts one after the other in one
/// process; and how long who uses the memory meanwhile waits: a process, and a guest.
/// </summary>
internal sealed class LayoutFigures(string root, Func<LabSpec, Task<LabMachine>> boot, Action<Figure> add)
{
    private const int Turns = 7;
    private const int UserTurns = 5;
    private const int GuestTurns = 3;
    private const int Commits = 10_000;
    private const double MostGrowthBytes = 1 << 20;

    private const string Script = """
        terrace exercise --size 128M --shared /dev/shm/used --load 1% --no-measure --json > /tmp/exercise.jsonl & held=$!
        until grep -q report /tmp/exercise.jsonl; do sleep 0.2; done
        terrace-bench layout-stripes /dev/shm/used TURNS || exit 10
        kill $held; wait $held
        exit 0
        """;

    // Who uses the memory says after each pass over it how long the slowest page took, and how many took longer than 1, 4 and 16
    // ms. It has one of the two processors for itself, so that it waits for
    // pages only, and not for a processor while the command starts.
    private const string Used = """
        taskset 2 PROGRAM /dev/shm/guest MEBIBYTES >> /tmp/guest 2> /tmp/guest.err & guest=$!
        passes() {
            n=0; from=$(wc -l < /tmp/guest); until [ $(wc -l < /tmp/guest) -ge $((from + $1)) ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 600 ] && kill -0 $guest || { cat /tmp/guest.err >&2; exit 20; }
            done
        }
        passes 3
        echo 'slice none' >> /tmp/guest
        passes 10
        for turn in $(seq TURNS); do
            for slice in 16M 1M 64K; do
                echo "slice $slice" >> /tmp/guest
                taskset 1 terrace layout stripe /dev/shm/guest --nodes 1,2 --block 1MiB --slice $slice --rate-limit 100G \
                    > /tmp/out 2>&1 || { cat /tmp/out >&2; exit 21; }
                taskset 1 terrace layout push /dev/shm/guest --node 0 --slice $slice --rate-limit 100G \
                    > /tmp/out 2>&1 || { cat /tmp/out >&2; exit 21; }
                passes 1
            done
        done
        kill -0 $guest || { cat /tmp/guest.err >&2; exit 22; }
        kill $guest
        awk 'function tell() { if (slice != "") print slice, longest / 1000, slow, passes; longest = slow = passes = 0 }
            $1 == "slice" { tell(); slice = $2 }
            $1 == "pass" { if ($4 > longest) longest = $4; slow += $10; passes++ }
            END { tell() }' /tmp/guest
        exit 0
        """;

    /// <summary>Names of the runs.</summary>
    public static IReadOnlyList<string> Names { get; } = ["layout-files", "layout-user", "layout-guest"];

    /// <summary>Does one of them.</summary>
    public Task RunAsync(string name) => name switch
    {
        "layout-files" => FilesAsync(),
        "layout-user" => UserAsync(),
        _ => GuestAsync(),
    };

    private async Task FilesAsync()
    {
        await using LabMachine vm = await boot(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G,cxl:512M,pmem:512M") });
        ILookup<string, double[]> turns = (
            await RunAsync(
                vm,
                Script.Replace(
                    "TURNS",
                    (Turns + 1).ToString(CultureInfo.InvariantCulture),
                    StringComparison.Ordinal))).ToLookup(words => words[0], words => words[1..].Select(Number).ToArray());
        Add("all pages in use", "stripe-in-use", [.. turns["used"]], pages: 32_768, mostMs: 500);
        Add("nothing allocated", "stripe-empty", [.. turns["empty"]], pages: 0, mostMs: 50);
        AddCommits(
            (await RunAsync(vm, $"terrace-bench layout-commits {Commits}")).ToDictionary(words => words[0], words => Number(words[1])));
    }

    private async Task UserAsync()
    {
        await using LabMachine vm = await boot(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G,cxl:512M,pmem:512M") });
        await AddPausesAsync(vm, "a process that uses 256 MiB of shared memory", "terrace-bench layout-user", mebibytes: 256, UserTurns);
    }

    private async Task GuestAsync()
    {
        await using LabMachine host = await boot(new LabSpec { Nested = true, Nodes = NodeSpec.ParseList("dram:2560M,cxl:1G,pmem:1G") });
        await host.PutAsync(await CompiledProgram.GuestAsync(root, "checked_guest", default), "/bin/checked_guest");
        await AddPausesAsync(host, "a running guest of 1 GiB", "checked_guest", mebibytes: 1024, GuestTurns);
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private static async Task<IEnumerable<string[]>> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(25));
        return result.ExitCode == 0
            ? result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            : throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stdout} {result.Stderr}");
    }

    // Each turn: its number, pages in use, pages elsewhere in the end, milliseconds. The first turn pays for a new process's
    // first calls, and is kept apart.
    private void Add(string what, string name, IReadOnlyList<double[]> turns, long pages, double mostMs)
    {
        double[] sorted = [.. turns.Skip(1).Select(turn => turn[3]).Order()];
        add(new Figure(
            $"128 MiB striped in blocks of 256 pages over three nodes, {what}, every page looked at in the end; median of {Turns} in "
                + $"one process",
            string.Create(CultureInfo.InvariantCulture, $"≤ {mostMs:0} ms"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{sorted[Turns / 2]:0} ms ({sorted[0]:0} to {sorted[^1]:0}); {turns[0][3]:0} ms as the process's first"),
            sorted.Length == Turns && turns.All(turn => turn[1] == pages && turn[2] == 0) && sorted[Turns / 2] <= mostMs,
            new Sample(name, sorted[Turns / 2], "ms", sorted[0], sorted[^1]),
            new Sample(name + "-first", turns[0][3], "ms")));
    }

    private void AddCommits(Dictionary<string, double> result) => add(new Figure(
        $"{Commits} layouts of 16 pages in use committed in one process, each page moved and looked at each time: growth of resident "
            + $"memory (the most in the second half beyond the most in the first) and of descriptors",
        "≤ 1 MiB and 0, nothing lost",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{result["resident-growth-bytes"] / 1024:0} KiB of {result["resident-bytes"] / (1 << 20):0.0} MiB and "
                + $"{result["descriptors-growth"]:0}; {result["moved-pages"]:0} pages moved, {result["milliseconds-each"]:0.0} ms for a "
                + $"commit"),
        result["commits"] == Commits
            && result["same-content"] == 1
            && result["resident-growth-bytes"] <= MostGrowthBytes
            && result["descriptors-growth"] == 0,
        new Sample("commit", result["milliseconds-each"], "ms"),
        new Sample("resident-growth", result["resident-growth-bytes"] / 1024, "KiB")));

    // Of each slice, each turn: the longest time for a page in ms, pages that took 1 ms or longer, and passes over the memory
    // meanwhile. Something else of the host's holds a page up now and then, whatever the slice, so medians are compared, and the
    // longest of all is reported.
    private async Task AddPausesAsync(LabMachine vm, string who, string program, int mebibytes, int turns)
    {
        string script = Used.Replace("PROGRAM", program, StringComparison.Ordinal)
            .Replace("MEBIBYTES", mebibytes.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("TURNS", turns.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        ILookup<string, double[]> told = (await RunAsync(vm, script))
            .ToLookup(words => words[0], words => words[1..].Select(Number).ToArray());
        string[] sizes = ["16M", "1M", "64K"];
        double[] longest = [.. sizes.Select(size => Median(told[size].Select(turn => turn[0])))];
        double[] slow = [.. sizes.Select(size => Median(told[size].Select(turn => turn[1])))];
        double[] none = told["none"].Single();
        add(new Figure(
            $"longest time that {who} took for a page of 4 KiB while all of it was laid out twice, and pages that took 1 ms or longer, "
                + $"medians of {turns} turns; no byte lost",
            "the smallest slice has shorter and fewer pauses than the largest",
            string.Join("; ", sizes.Select(PausesOf)) + string.Create(
                CultureInfo.InvariantCulture,
                $"; when nothing moves: {none[0]:0.0} ms, {none[1]:0} pages in {none[2]:0} passes"),
            longest[^1] < longest[0] && slow[^1] < slow[0],
            [.. sizes.SelectMany((size, i) => new[]
            {
                new Sample($"longest-{size}", longest[i], "ms", told[size].Min(turn => turn[0]), told[size].Max(turn => turn[0])),
                new Sample($"slow-pages-{size}", slow[i], "pages", told[size].Min(turn => turn[1]), told[size].Max(turn => turn[1])),
            })]));

        string PausesOf(string size, int i) => string.Create(
            CultureInfo.InvariantCulture,
            $"slices of {size}: {longest[i]:0.0} ms ({told[size].Min(turn => turn[0]):0.0} to {told[size].Max(turn => turn[0]):0.0}), ")
            + string.Create(CultureInfo.InvariantCulture, $"{slow[i]:0} pages");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
