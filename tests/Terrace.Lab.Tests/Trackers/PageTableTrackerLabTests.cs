using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// What the page-table tracker reports against the kernel's own account of the same process (/proc/PID/numa_maps), and against
/// what the process is known to do.
/// </summary>
[Collection("lab")]
public sealed class PageTableTrackerLabTests(LabFixture lab)
{
    /// <summary>Pages that a busy program gains or loses between two looks at it.</summary>
    private const long Slack = 600;

    [Theory]
    [InlineData("off")]
    [InlineData("on")]
    public async Task Pages_and_their_tiers_agree_with_the_kernels_own_account(string hugePages)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await AssertAgreementAsync(vm, hugePages);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("6.1", false)]
    [InlineData("6.1", true)]
    [InlineData("6.12", true)]
    [InlineData("7", false)]
    [InlineData("7", true)]
    public async Task They_agree_on_other_kernels_and_with_five_levels_of_page_tables(string kernel, bool fiveLevels)
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Kernel = kernel, FiveLevelPaging = fiveLevels });
        await AssertAgreementAsync(vm, "off");
        await AssertMappingReadsAsync(vm, counted: kernel != "6.1");
        if (kernel != "6.1")
        {
            // Before 6.3 nothing that acts on another process flushes its TLBs: what they hold is not seen accessed.
            await AssertHotPagesAsync(vm);
        }
    }

    [Fact]
    public async Task Every_hot_page_is_seen_in_every_scan_even_of_a_thread_that_has_its_cpu_for_itself()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await AssertHotPagesAsync(vm);
    }

    [Fact]
    public async Task Mappings_are_read_again_only_when_they_have_changed()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await AssertMappingReadsAsync(vm, counted: true);
    }

    [Fact]
    public async Task A_program_that_replaces_itself_is_still_managed()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            """
            sh -c 'sleep 4; exec terrace exercise --size 64M --hot 10% --share 90% --for 40s --json' > /tmp/exercise.jsonl &
            p=$!
            terrace manage --pid $p --fast 40% --for 32s --json > /tmp/events
            code=$?
            grep '"event":"report"' /tmp/exercise.jsonl | tail -n 1
            kill $p
            exit $code
            """,
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        using JsonDocument report = JsonDocument.Parse(result.Stdout);

        // All of it begins on the fast node; the arena is most, not all, of the process.
        Assert.InRange(report.RootElement.GetProperty("fastPageShare").GetDouble(), 0.2, 0.7);
    }

    private static async Task AssertAgreementAsync(LabMachine vm, string hugePages)
    {
        Exercised exercise = await Exercised.StartAsync(vm, $"--size 200M --hot 10% --share 90% --huge-pages {hugePages}");

        // Up to a third of it on the slow node, so that both places are seen; then the kernel's account of the same moment.
        LabResult result = await vm.RunAsync(
            $$"""
            terrace manage --pid {{exercise.Pid}} --fast 66% --for 12s --json > /dev/null || exit 1
            kill -STOP {{exercise.Pid}}
            cat /proc/{{exercise.Pid}}/maps > /tmp/maps
            cat /proc/{{exercise.Pid}}/numa_maps > /tmp/numa_maps
            terrace scan {{exercise.Pid}} --scans 1 --interval 10ms --json > /tmp/scan.json
            code=$?
            kill -CONT {{exercise.Pid}}
            exit $code
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        string maps = (await vm.RunAsync("cat /tmp/maps", ct: TestContext.Current.CancellationToken)).Stdout;
        string numaMaps = (await vm.RunAsync("cat /tmp/numa_maps", ct: TestContext.Current.CancellationToken)).Stdout;
        using JsonDocument scan = JsonDocument.Parse(
            (await vm.RunAsync("cat /tmp/scan.json", ct: TestContext.Current.CancellationToken)).Stdout);
        long[] expected = PagesByNode(maps, numaMaps);
        long[] found =
        [
            .. scan.RootElement.GetProperty("tiers")
                .EnumerateArray()
                .OrderBy(tier => tier.GetProperty("tier").GetInt32())
                .Select(tier => tier.GetProperty("pages").GetInt64()),
        ];
        Assert.Equal("page-tables", scan.RootElement.GetProperty("tracker").GetString());
        Assert.True(expected[1] > 2_000, $"both nodes hold some of it: {expected[1]} pages on the slow one");
        Assert.Equal(expected.Sum(), found.Sum());

        // One page is on the other node while a scan looks: that is how TLBs are flushed.
        Assert.InRange(found[0], expected[0] - 1, expected[0] + 1);
        await exercise.EndAsync();
    }

    /// <summary>The kernel counts changes of mappings from 6.4 on.</summary>
    private static async Task AssertMappingReadsAsync(LabMachine vm, bool counted)
    {
        const int Scans = 8;
        Assert.InRange(await MappingReadsAsync("--size 32M --no-measure"), counted ? 1 : Scans, counted ? 3 : Scans + 3);
        Assert.InRange(await MappingReadsAsync("--size 32M --no-measure --remap 100"), Scans, Scans + 3);

        async Task<long> MappingReadsAsync(string options)
        {
            Exercised exercise = await Exercised.StartAsync(vm, options);
            LabResult result = await vm.RunAsync(
                $"terrace scan {exercise.Pid} --scans {Scans} --interval 300ms --json", ct: TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
            await exercise.EndAsync();
            using JsonDocument scan = JsonDocument.Parse(result.Stdout);
            return scan.RootElement.GetProperty("mappingReads").GetInt64();
        }
    }

    private static async Task AssertHotPagesAsync(LabMachine vm)
    {
        const long Pages = 200L << 8;
        Exercised exercise = await Exercised.StartAsync(vm, "--size 200M --hot 10% --share 100% --scatter --no-measure");
        LabResult result = await vm.RunAsync(
            $"taskset -p 2 {exercise.Pid} > /dev/null; terrace scan {exercise.Pid} --scans 4 --interval 500ms --json",
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        using JsonDocument scan = JsonDocument.Parse(result.Stdout);
        long hot = scan.RootElement.GetProperty("tiers").EnumerateArray().Sum(tier => tier.GetProperty("hotPages").GetInt64());
        Assert.InRange(hot, (Pages / 10) - 5, (Pages / 10) + Slack);
        await exercise.EndAsync();
    }

    /// <summary>
    /// Sums numa_maps (Documentation/filesystems/proc.rst: <c>address policy … N0=pages N1=pages kernelpagesize_kB=4</c>) over the
    /// mappings that Terrace manages: all but program text and what the kernel provides.
    /// </summary>
    private static long[] PagesByNode(string maps, string numaMaps)
    {
        HashSet<string> unmanaged = [.. maps.Split('\n')
            .Where(line => (line.Contains(" r-xp ", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal))
                || line.EndsWith("[vdso]", StringComparison.Ordinal) || line.Contains("[vvar", StringComparison.Ordinal))
            .Select(line => line.Split('-')[0])];
        long[] pages = new long[2];
        foreach (string line in numaMaps.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            if (unmanaged.Contains(words[0]))
            {
                continue;
            }

            foreach (string word in words.Where(word => word is ['N', '0' or '1', '=', ..]))
            {
                pages[word[1] - '0'] += long.Parse(word.AsSpan(3), CultureInfo.InvariantCulture);
            }
        }

        return pages;
    }
}
