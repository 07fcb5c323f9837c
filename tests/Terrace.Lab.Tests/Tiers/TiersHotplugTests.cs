using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// <c>terrace tiers online</c> and <c>offline</c> on a real NVDIMM as QEMU imitates it, each test on a machine of its own.
/// </summary>
[Collection("lab")]
public sealed class TiersHotplugTests
{
    private const string Zones = "for b in /sys/devices/system/node/node1/memory[0-9]*; do grep -q online $b/state && cat "
        + "$b/valid_zones || cat $b/state; done | sort | uniq -c | tr -s ' '";
    private const string Driver = "grep DRIVER /sys/bus/dax/devices/dax0.0/uevent";

    // 200 MiB of the node in use, which have to move out.
    private const string FillNode1 = "mkdir -p /mnt/slow; mount -t tmpfs -o mpol=bind:1 slow /mnt/slow; dd if=/dev/urandom "
        + "of=/mnt/slow/file bs=1M count=200 2>/dev/null; md5sum </mnt/slow/file >/tmp/sum\n";

    private static LabSpec WithNvdimm => new() { Nodes = NodeSpec.ParseList("dram:1G"), PmemBytes = 1L << 30 };

    [Fact]
    public async Task A_device_goes_offline_and_comes_back_as_movable_memory_against_the_kernels_policy()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(WithNvdimm);
        string text = await TextAsync(vm, $"""
            {FillNode1}
            terrace tiers offline dax0.0
            md5sum </mnt/slow/file | cmp - /tmp/sum && echo file kept
            {Driver}; cat /sys/devices/system/node/has_memory
            terrace tiers offline 1
            echo online > /sys/devices/system/memory/auto_online_blocks
            terrace tiers online dax0.0 2>&1; echo code $?
            sleep 100 < /dev/dax0.0 & user=$!
            terrace tiers online dax0.0 --yes 2>&1 | sed s/$user/PID/; kill $user; wait
            terrace tiers online dax0.0 --yes 2>&1 | sed 's/take .* of fast/take SIZE of fast/'
            {Driver}; {Zones}; cat /sys/devices/system/memory/auto_online_blocks
            terrace tiers online node1
            """);
        const string Refusal = "dax0.0 is a namespace of an NVDIMM: as memory it is overwritten, and what is stored on it is lost "
            + "— add --yes if nothing there is needed";
        Assert.Equal(
            $"""
            dax0.0: 1022 MiB offline
            file kept
            DRIVER=device_dax
            0
            dax0.0: 1022 MiB offline (it was so already)
            terrace: {Refusal}
            code 2
            terrace: process PID uses /dev/dax0.0 and would be killed — end it first
            terrace: note: descriptors of the pages of dax0.0 take SIZE of fast memory
            dax0.0: node 1, 7 memory blocks online, movable
            DRIVER=kmem
             7 Movable
            online
            dax0.0: node 1, 7 memory blocks online, movable (it was so already)

            """,
            text);
    }

    [Fact]
    public async Task What_was_broken_off_is_finished_by_the_same_command_and_persisting_is_daxctls()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(WithNvdimm);
        string text = await TextAsync(vm, $"""
            block=/sys/devices/system/memory/memory34/state
            echo offline > $block; echo online_kernel > $block; echo offline > /sys/devices/system/memory/memory35/state
            {Zones}
            terrace tiers online dax0.0; {Zones}
            echo offline > $block
            terrace tiers offline dax0.0
            echo dax0.0 > /sys/bus/dax/drivers/device_dax/unbind
            terrace tiers offline dax0.0; {Driver}
            echo dax0.0 > /sys/bus/dax/drivers/device_dax/unbind
            terrace tiers online dax0.0 --yes --persist 2>&1; echo code $?; {Driver} || echo no driver
            mkdir -p /etc/daxctl.conf.d
            terrace tiers online dax0.0 --yes --persist >/tmp/out 2>/tmp/err; echo code $?; {Zones}
            uuid=$(cat /sys/bus/nd/devices/dax0.0/uuid)
            grep -c "nvdimm.uuid = $uuid" /etc/daxctl.conf.d/terrace-$uuid.conf
            terrace tiers offline dax0.0 --persist >/tmp/out; ls /etc/daxctl.conf.d | wc -l
            """);
        Assert.Equal(
            """
             5 Movable
             1 Normal
             1 offline
            dax0.0: node 1, 7 memory blocks online, movable
             7 Movable
            dax0.0: 1022 MiB offline
            dax0.0: 1022 MiB offline
            DRIVER=device_dax
            terrace: there is no /etc/daxctl.conf.d, so no daxctl would read it — install daxctl 73 or newer, or leave --persist out
            code 73
            no driver
            code 0
             7 Movable
            1
            0

            """,
            text);
    }

    [Fact]
    public async Task Killed_or_stopped_while_pages_move_out_nothing_is_lost_and_it_continues_later()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(WithNvdimm);
        string text = await TextAsync(vm, $"""
            {FillNode1}
            begun() {"{"} until grep -qx offline /sys/devices/system/memory/memory3[3-9]/state; do :; done; {"}"}
            {"{"} terrace tiers offline dax0.0 >/tmp/out & begun; kill -9 $!; wait $!; echo code $?; {"}"} 2>/tmp/killed; {Driver}
            terrace tiers online dax0.0; {Zones}
            terrace tiers offline dax0.0 >/tmp/out 2>/tmp/err & begun; kill -TERM $!; wait $!; echo code $?; {Driver}
            sed 's/; . of 7.*—/ —/' /tmp/err
            terrace tiers offline dax0.0; {Driver}
            md5sum </mnt/slow/file | cmp - /tmp/sum && echo file kept
            """);
        Assert.Equal(
            """
            code 137
            DRIVER=kmem
            dax0.0: node 1, 7 memory blocks online, movable
             7 Movable
            code 130
            DRIVER=kmem
            terrace: stopped before dax0.0 was offline — run it again to continue: terrace tiers offline dax0.0
            dax0.0: 1022 MiB offline
            DRIVER=device_dax
            file kept

            """,
            text);
    }

    private static async Task<string> TextAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(3), ct: TestContext.Current.CancellationToken);
        Assert.True(result.Stderr.Length == 0, result.Stderr);
        return result.Stdout;
    }
}
