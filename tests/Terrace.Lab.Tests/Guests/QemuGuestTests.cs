using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>A real QEMU with KVM inside the machine, under the daemon: found by its name, seen, placed and explained.</summary>
public sealed class QemuGuestTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_guest_is_managed_by_its_name_and_its_hot_memory_is_in_fast_memory()
    {
        await using LabMachine vm = await HotGuest.BootAsync(new LabSpec());
        LabResult result = await vm.RunAsync(
            """
            echo never > /sys/kernel/mm/transparent_hugepage/enabled
            run=/tmp/run
            qemu-system-x86_64 -name guest=web1 -accel kvm -M q35 -m 64 -nodefaults -display none -kernel /tmp/image \
                -L /tmp/firmware > /tmp/qemu.log 2>&1 & qemu=$!
            n=0; until [ $(awk '/^VmRSS/ { print $2 }' /proc/$qemu/status) -gt 80000 ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 80 ] || { cat /tmp/qemu.log >&2; exit 10; }
            done
            terrace scan $qemu --scans 2 --interval 100ms --json > /tmp/scan || exit 11
            start=$(grep -A 2 '"guestMemory"' /tmp/scan | sed -n 's/.*"start": "\(.*\)".*/\1/p')
            printf '%s\n' 'host: { cpu-limit: 60%, rate-limit: 1GiB/s }' 'rules:' '- name: guests' '  match: { vm: "web*" }' \
                '  fast: 35%' '  per: process' > /tmp/terrace.yaml
            terrace daemon --config /tmp/terrace.yaml --run-folder $run --state-folder /tmp/state 2> /tmp/daemon.log & daemon=$!
            n=0
            until terrace explain $qemu $(printf %x $((0x$start + 0x2000000))) --run-folder $run --json 2> /dev/null > /tmp/page &&
                grep -q '"tier":0' /tmp/page && terrace targets guests --run-folder $run --json | grep -q '"rounds":[5-9]'; do
                sleep 1; n=$((n + 1))
                [ $n -lt 60 ] || { cat /tmp/page /tmp/daemon.log >&2; terrace targets --run-folder $run >&2; exit 12; }
            done
            sleep 8
            terrace targets guests --run-folder $run --json
            cat /tmp/page
            kill $daemon; wait $daemon
            terrace scan $qemu --scans 4 --interval 300ms --json | tr -d '\n'; echo
            kill $qemu
            exit 0
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        string[] lines = result.Stdout.Split('\n');
        using JsonDocument group = JsonDocument.Parse(lines[0]);
        JsonElement process = Assert.Single(group.RootElement.GetProperty("processes").EnumerateArray().ToArray());
        Assert.Equal(("web1", "second-level"), (process.GetProperty("vm").GetString(), process.GetProperty("tracker").GetString()));
        using JsonDocument page = JsonDocument.Parse(lines[1]);
        Assert.Equal(
            (true, "0x2000000"),
            (page.RootElement.GetProperty("guestMemory").GetBoolean(), page.RootElement.GetProperty("guestAddress").GetString()));

        using JsonDocument scan = JsonDocument.Parse(lines[2]);
        JsonElement ram = Assert.Single(scan.RootElement.GetProperty("guestMemory").EnumerateArray().ToArray());
        Assert.Equal("0", ram.GetProperty("guestStart").GetString());
        ulong start = ulong.Parse(ram.GetProperty("start").GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        JsonElement[] hot =
        [
            .. scan.RootElement.GetProperty("hottest")
                .EnumerateArray()
                .Where(range => range.GetProperty("meanHeat").GetDouble() > 3 && range.GetProperty("pages").GetInt64() > 256),
        ];
        Assert.NotEmpty(hot);
        Assert.All(hot, range =>
        {
            ulong from = ulong.Parse(
                range.GetProperty("start").GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - start;
            Assert.InRange(from, (ulong)HotGuest.HotFrom, (ulong)HotGuest.HotTo);
            Assert.InRange(range.GetProperty("fastShare").GetDouble(), 0.95, 1);
        });
    }
}
