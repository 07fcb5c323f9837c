using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Lab.Tests;

/// <summary>Databases under load while Terrace manages them: the share is met, and not a byte of what they hold changes.</summary>
[Collection("lab")]
public sealed class RealProgramTests(LabFixture lab)
{
    private const string Manage = "managed 39 41 true --pid $pid --fast 40%";

    [Fact]
    public async Task Redis_is_brought_to_its_share_under_load_and_keeps_every_value()
    {
        LabMachine vm = await MachineWithAsync("redis-tools", "/srv/redis");
        await RunAsync(
            vm,
            $$"""
            ip link set lo up
            mkdir -p /srv/redis/tmp

            # The package has the server under the name of the tool that it also is; what it is called decides what it does.
            ln -sf redis-check-rdb /srv/redis/usr/bin/redis-server
            chroot /srv/redis /usr/bin/redis-server --save '' --enable-debug-command yes --daemonize no > /tmp/redis.log 2>&1 &
            pid=$!
            cli="chroot /srv/redis /usr/bin/redis-cli"
            until [ "$($cli ping)" = PONG ]; do sleep 0.2; kill -0 $pid; done
            $cli debug populate 100000 key 1000
            before=$($cli debug digest)
            chroot /srv/redis /usr/bin/redis-benchmark -q -n 100000000 -r 20000 get key:__rand_int__ > /dev/null 2>&1 &
            load=$!
            {{Manage}}
            kill $load
            after=$($cli debug digest)
            kill $pid
            wait $pid || true
            [ "$before" = "$after" ] && [ ${#before} -eq 40 ]
            """);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
    }

    [Fact]
    public async Task Memcached_is_brought_to_its_share_under_load_and_keeps_every_value()
    {
        LabMachine vm = await MachineWithAsync("memcached", "/srv/memcached");
        await RunAsync(
            vm,
            $$"""
            ip link set lo up
            mkdir -p /srv/memcached/etc
            cp /etc/passwd /srv/memcached/etc/passwd
            chroot /srv/memcached /usr/bin/memcached -u root -m 512 -l 127.0.0.1 &
            pid=$!
            awk 'BEGIN {
                v = sprintf("%01000d", 7)
                for (i = 0; i < 80000; i++) printf "set k%d 0 0 1006 noreply\r\n%06d%s\r\n", i, i, v
                printf "quit\r\n"
            }' > /tmp/sets
            awk 'BEGIN { for (i = 0; i < 80000; i++) printf "get k%d\r\n", i; printf "quit\r\n" }' > /tmp/gets
            awk 'BEGIN { srand(1); for (n = 0; n < 100000; n++) printf "get k%d\r\n", int(rand() * 8000); printf "quit\r\n" }' > /tmp/hot
            until nc 127.0.0.1 11211 < /tmp/sets > /dev/null; do sleep 0.2; kill -0 $pid; done
            before=$(nc 127.0.0.1 11211 < /tmp/gets | md5sum)
            (while nc 127.0.0.1 11211 < /tmp/hot > /dev/null; do :; done) &
            load=$!
            {{Manage}}
            kill $load
            after=$(nc 127.0.0.1 11211 < /tmp/gets | md5sum)
            values=$(nc 127.0.0.1 11211 < /tmp/gets | grep -c VALUE)
            kill $pid
            wait $pid || true
            [ "$before" = "$after" ] && [ "$values" -eq 80000 ]
            """);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.39, 0.41);
    }

    private static async Task RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            "set -e\n" + Managed.Functions + script, TimeSpan.FromMinutes(5), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout} {result.Stderr}");
    }

    private async Task<LabMachine> MachineWithAsync(string package, string guestFolder)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        string? folder = null;
        try
        {
            folder = await ProgramStore.GetAsync(package, _ => { }, TestContext.Current.CancellationToken);
        }
        catch (LabException error) when (error.Message.Contains("cannot fetch", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
        }

        await vm.PutAsync(folder!, guestFolder, TestContext.Current.CancellationToken);
        return vm;
    }
}
