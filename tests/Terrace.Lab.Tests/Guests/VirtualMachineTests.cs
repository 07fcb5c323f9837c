using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>A KVM guest inside the machine: what it accesses is seen, and placed.</summary>
public sealed class VirtualMachineTests
{
    private const long Mebibyte = 1 << 20;

    // 64 MiB, of which 16 are read again and again.
    private const string Start = """
        kvm_guest 64 24 40 > /tmp/guest & guest=$!
        n=0; until grep -q ready /tmp/guest; do sleep 0.2; n=$((n + 1)); [ $n -lt 150 ] || exit 90; done

        """;

    [Fact]
    public Task What_a_guest_accesses_is_seen_in_its_second_level_page_tables_and_placed() => SeenAndPlacedAsync("6.12", "never");

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("6.12", "always")]
    [InlineData("7", "never")]
    public Task What_a_guest_accesses_is_seen_with_huge_pages_and_on_newer_kernels(string kernel, string hugePages) =>
        SeenAndPlacedAsync(kernel, hugePages);

    private static async Task SeenAndPlacedAsync(string kernel, string hugePages)
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nested = true, Kernel = kernel });
        await vm.PutAsync(await GuestProgram.BuildAsync("kvm_guest"), "/bin/kvm_guest", TestContext.Current.CancellationToken);
        LabResult result = await vm.RunAsync(
            Managed.Functions + $$"""
            echo {{hugePages}} > /sys/kernel/mm/transparent_hugepage/enabled
            {{Start}}
            terrace scan $guest --scans 4 --interval 300ms --json > /tmp/before || exit 10
            terrace accessed $guest --scans 3 --interval 300ms --json > /tmp/accessed 2> /tmp/noted || exit 15
            [ ! -s /tmp/noted ] || exit 16
            # Nothing more to move.
            rested() {
                for one in plannedPromotions plannedDemotions; do
                    tail -n 1 /tmp/events | grep -q "\"$one\":0," || return 1
                done
            }
            managed 30 38 rested --pid $guest --fast 35% || exit 11
            terrace scan $guest --scans 4 --interval 300ms --json > /tmp/after || exit 12
            umount /sys/kernel/debug/tracing 2> /dev/null; umount /sys/kernel/debug || exit 13
            terrace scan $guest --scans 4 --interval 300ms --json > /tmp/blind || exit 14
            terrace accessed $guest --scans 1 --json 2>&1 > /dev/null | grep -q 'guest of .* accesses cannot be seen' || exit 17
            kill $guest
            for f in before after blind; do tr -d '\n' < /tmp/$f; echo; done
            tail -n 1 /tmp/accessed
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        string[] lines = result.Stdout.Split('\n');
        using JsonDocument before = JsonDocument.Parse(lines[0]);
        using JsonDocument after = JsonDocument.Parse(lines[1]);
        using JsonDocument blind = JsonDocument.Parse(lines[2]);
        foreach (JsonDocument scan in new[] { before, after })
        {
            Assert.Equal("second-level", scan.RootElement.GetProperty("tracker").GetString());
            long hot = HotBytes(scan);
            Assert.True(hot is >= 15 * Mebibyte and <= 20 * Mebibyte, $"{hot} bytes look hot: {result.Stdout}");
        }

        using JsonDocument accessed = JsonDocument.Parse(lines[3]);
        Assert.Equal("second-level", accessed.RootElement.GetProperty("tracker").GetString());
        long accessedBytes = accessed.RootElement.GetProperty("accessedPages").GetInt64() * 4096;
        Assert.True(accessedBytes is >= 15 * Mebibyte and <= 30 * Mebibyte, $"{accessedBytes} bytes were accessed: {result.Stdout}");

        // Without what clears the bits there is only the page table of the process, in which the guest is not seen.
        Assert.Equal("page-tables", blind.RootElement.GetProperty("tracker").GetString());
        Assert.InRange(HotBytes(blind), 0, Mebibyte);

        JsonElement[] tiers = [.. after.RootElement.GetProperty("tiers").EnumerateArray()];
        double fast = (double)tiers[0].GetProperty("pages").GetInt64() / after.RootElement.GetProperty("pages").GetInt64();
        Assert.InRange(fast, 0.30, 0.38);
        Assert.True(
            tiers[1].GetProperty("hotPages").GetInt64() * 4096 <= 2 * Mebibyte, $"hot pages are still in slow memory: {result.Stdout}");
    }

    private static long HotBytes(JsonDocument scan) =>
        scan.RootElement.GetProperty("tiers").EnumerateArray().Sum(tier => tier.GetProperty("hotPages").GetInt64()) * 4096;
}
