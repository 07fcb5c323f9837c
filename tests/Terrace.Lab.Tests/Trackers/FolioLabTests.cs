using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
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
