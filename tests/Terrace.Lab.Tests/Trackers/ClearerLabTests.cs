using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>How accessed bits are cleared, by what fits the process and the machine, and what is seen with it.</summary>
public sealed class ClearerLabTests : IAsyncDisposable
{
    private const string Generations = "/sys/kernel/mm/lru_gen/enabled";
    private const string AtOnce = "clear-refs";
    private const string InPieces = "madvise-cold";

    /// <summary>A busy host slows the program down, so that some of its hot pages are not accessed in each interval.</summary>
    private const double Seen = 0.8;

    /// <summary>Pages of 500 MiB.</summary>
    private const long Pages = 128_000;

    private LabMachine? _own;

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_large_process_is_cleared_in_pieces_and_its_hot_pages_are_seen()
    {
        JsonElement scan = await ScanAsync("--size 500M --hot 10% --share 99% --load 40%");
        Assert.Equal(InPieces, scan.GetProperty("clearer").GetString());
        Assert.InRange(HotPages(scan), Pages / 10 * Seen, Pages / 10 * 1.3);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Huge_pages_stay_whole_whatever_clears_them()
    {
        // Hot ones are accessed again within microseconds, so that pieces may seem to have no effect; at once they are cleared fast.
        JsonElement scan = await ScanAsync("--size 500M --hot 10% --contiguous --share 100% --load 40% --huge-pages on");
        Assert.Equal("0", (await RunAsync("echo $(($(cat /tmp/split.after) - $(cat /tmp/split.before)))")).Trim());
        Assert.InRange(HotPages(scan), Pages / 10 * Seen, Pages / 10 * 1.3);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_small_process_is_cleared_at_once()
    {
        using JsonDocument scan = JsonDocument.Parse(
            await RunAsync("sleep 60 & terrace scan $! --scans 2 --interval 50ms --max-stall 5ms --json; code=$?; kill $!; exit $code"));
        Assert.Equal(AtOnce, scan.RootElement.GetProperty("clearer").GetString());
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Memory_that_two_processes_map_is_cleared_at_once_as_pieces_have_no_effect()
    {
        await RunAsync(
            """
            terrace exercise --size 500M --shared /dev/shm/both --load 1% --no-measure --for 120s > /tmp/other.out 2>&1 &
            echo $! > /tmp/other
            until grep -q 'longest stall' /tmp/other.out; do sleep 0.2; kill -0 $(cat /tmp/other) || exit 1; done
            """);
        JsonElement scan = await ScanAsync("--size 500M --hot 10% --share 99% --load 40% --shared /dev/shm/both", scans: 5);
        await RunAsync("kill $(cat /tmp/other); rm -f /dev/shm/both");
        Assert.Equal(AtOnce, scan.GetProperty("clearer").GetString());
        Assert.InRange(HotPages(scan), Pages / 10 * Seen, Pages / 10 * 1.5);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private static double HotPages(JsonElement scan) =>
        scan.GetProperty("histogram").EnumerateArray().Last().GetProperty("pagesByTier").EnumerateArray().Sum(pages => pages.GetInt64());

    private async Task<JsonElement> ScanAsync(string exercise, int scans = 3)
    {
        Exercised process = await Exercised.StartAsync(await MachineAsync(), exercise);
        string text = await RunAsync(
            $$"""
            splits() { awk '$1 == "thp_split_page" || $1 == "thp_split_pmd" { n += $2 } END { print n }' /proc/vmstat; }
            sleep 4
            splits > /tmp/split.before
            terrace scan {{process.Pid}} --scans {{scans}} --interval 600ms --max-stall 5ms --json
            code=$?
            splits > /tmp/split.after
            kill {{process.Pid}}
            exit $code
            """);
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>
    /// A machine without generations, with which MADV_COLD takes many times as long where it is emulated. They are switched off while
    /// nothing runs: the kernel patches its own code for that, which an emulated processor may run half-patched.
    /// </summary>
    private async Task<LabMachine> MachineAsync()
    {
        if (_own is null)
        {
            _own = await LabFixture.BootWithTerraceAsync(new LabSpec());
            await RunAsync($"echo n > {Generations}");
        }

        return _own;
    }

    private async Task<string> RunAsync(string script)
    {
        LabMachine vm = _own ?? await MachineAsync();
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(3), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        return result.Stdout;
    }
}
