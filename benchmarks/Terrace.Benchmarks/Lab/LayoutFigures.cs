using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab;

/// <summary>How long it takes to stripe 128 MiB in blocks of 256 pages over three nodes: with all pages in use, and with none allocated. Each time every page is looked at in the end.</summary>
internal sealed class LayoutFigures(Func<LabSpec, Task<LabMachine>> boot, Action<Figure> add)
{
    private const int Turns = 7;

    // What a patch set for the kernel that did the same from within said of itself, on a laptop.
    private const double NineMinutesMs = 9 * 60 * 1000;

    private const string Script = """
        stripe() { terrace layout stripe $1 --nodes 0,1,2 --block '256 pages' --rate-limit 100G --json > /tmp/out || { cat /tmp/out >&2; exit 10; }; sed "s/.*\"inUsePages\":\([0-9]*\).*\"milliseconds\":\([0-9.]*\).*/$2 \1 \2/" /tmp/out; }
        terrace exercise --size 128M --shared /dev/shm/used --load 1% --no-measure --json > /tmp/exercise.jsonl & held=$!
        until grep -q report /tmp/exercise.jsonl; do sleep 0.2; done
        turn=0
        while [ $turn -lt TURNS ]; do
            turn=$((turn + 1))
            terrace layout push /dev/shm/used --node 0 --rate-limit 100G > /dev/null || exit 11
            stripe /dev/shm/used used
            dd if=/dev/zero of=/dev/shm/empty bs=1 count=0 seek=128M 2> /dev/null
            stripe /dev/shm/empty empty
            rm /dev/shm/empty
        done
        kill $held; wait $held
        exit 0
        """;

    /// <summary>Measures it.</summary>
    public async Task RunAsync()
    {
        await using LabMachine vm = await boot(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G,cxl:512M,pmem:512M") });
        LabResult result = await vm.RunAsync(Script.Replace("TURNS", Turns.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), TimeSpan.FromMinutes(10));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stdout} {result.Stderr}");
        }

        ILookup<string, (long Pages, double Milliseconds)> turns = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToLookup(words => words[0], words => (long.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture)));
        Add("all pages in use", [.. turns["used"]], pages: 32_768);
        Add("nothing allocated", [.. turns["empty"]], pages: 0);
    }

    private void Add(string what, IReadOnlyList<(long Pages, double Milliseconds)> turns, long pages)
    {
        double[] sorted = [.. turns.Select(turn => turn.Milliseconds).Order()];
        add(new Figure(
            $"128 MiB striped in blocks of 256 pages over three nodes, {what}, every page looked at in the end; median of {Turns}",
            "≤ 9 min",
            string.Create(CultureInfo.InvariantCulture, $"{sorted[Turns / 2]:0} ms ({sorted[0]:0} to {sorted[^1]:0})"),
            turns.Count == Turns && turns.All(turn => turn.Pages == pages) && sorted[^1] <= NineMinutesMs));
    }
}
