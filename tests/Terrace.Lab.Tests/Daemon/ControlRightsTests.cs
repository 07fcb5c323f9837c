using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>What strangers can ask of the daemon: other users, root of containers with the socket mounted, secretive programs.</summary>
[Collection("lab")]
[Trait("Category", "Long")]
public sealed class ControlRightsTests(LabFixture lab)
{
    private const int NoSuchProcess = 66;
    private const int NotPermitted = 77;

    private const string Prepare = RefusalTests.AsNobody + """
        printf '%s\n' 'host: { cpu-limit: 60% }' 'rules:' '- name: all' '  match: { command: "terrace*exercise*" }' '  fast: 30%' > $config
        start
        chmod 755 $run
        exercise --size 48M; roots=$pids
        is() { wanted=$1; shift; "$@" > /tmp/said 2>&1; got=$?
            [ $got -eq $wanted ] || { echo "$* ended with $got, not $wanted" >&2; cat /tmp/said /tmp/daemon.log >&2; exit 10; }
        }
        of() {
            for folder in /proc/[0-9]*; do
                tr '\0' ' ' < $folder/cmdline 2> /dev/null | grep -q "^terrace[^ ]* exercise --size $1 " && echo ${folder#/proc/}
            done
        }

        """;

    [Fact]
    public async Task Root_of_a_container_with_the_socket_is_a_stranger_and_one_with_a_mount_namespace_alone_is_not()
    {
        await RunAsync($$"""
            counted 1
            container() { unshare -m -p -f --mount-proc sh -c "$1"; }
            is 0 container "terrace status --run-folder $run"
            for change in pause resume 'set all --fast 20%' reload 'reload --dry-run' 'pause all'; do
                is {{NotPermitted}} container "terrace $change --run-folder $run"
                is {{NotPermitted}} unshare -U -r sh -c "terrace $change --run-folder $run"
                is {{NotPermitted}} as_nobody "terrace $change --run-folder $run"
            done
            is {{NoSuchProcess}} container "terrace explain $roots 100000001000 --run-folder $run"
            is 0 container "terrace targets --json --run-folder $run"
            grep '"pid"' /tmp/said && exit 11

            # Its own processes it sees, and they speak for themselves.
            cat > /tmp/own.sh << 'END'
            terrace exercise --size 24M --contiguous --load 5% --advise hot --run-folder $1 --for 20s > /dev/null 2> /tmp/advice &
            n=0; until terrace targets --json --run-folder $1 > /tmp/own; grep -q '"pid"' /tmp/own; do
                sleep 0.5; n=$((n + 1)); [ $n -lt 40 ] || exit 12
            done
            wait $!
            END
            is 0 container "sh /tmp/own.sh $run"
            [ "$(grep -o '"pid"' /tmp/own | wc -l)" -eq 1 ] || exit 13
            grep . /tmp/advice && exit 14

            # As systemd starts ExecReload= of a unit with ProtectSystem=.
            is 0 unshare -m sh -c "mount -t tmpfs none /mnt && terrace pause all --run-folder $run && terrace resume all --run-folder $run"

            # The host's PID namespace and files of its own.
            mkdir -p /tmp/jail/proc /tmp/jail/tmp/terrace-run
            cp -a /bin /lib* /usr /etc /tmp/jail/ 2> /dev/null
            mount -t proc proc /tmp/jail/proc; mount -o bind $run /tmp/jail/tmp/terrace-run
            is 0 chroot /tmp/jail terrace status --run-folder /tmp/terrace-run
            is {{NotPermitted}} chroot /tmp/jail terrace pause --run-folder /tmp/terrace-run
            umount /tmp/jail/proc /tmp/jail/tmp/terrace-run; rm -rf /tmp/jail
            is 0 ask pause; is 0 ask resume
            kill $pids; wait $pids
            stop
            """);
    }

    [Fact]
    public async Task Addresses_of_a_program_that_the_kernel_hides_from_its_user_are_not_told()
    {
        await RunAsync($$"""
            cp $(readlink -f /bin/terrace) /bin/terrace-sg; chown 0:5 /bin/terrace-sg; chmod 2755 /bin/terrace-sg
            as_nobody "terrace exercise --size 16M --contiguous --load 5% --for 10m > /dev/null" & a=$!
            as_nobody "terrace-sg exercise --size 24M --contiguous --load 5% --for 10m > /dev/null" & b=$!
            counted 3
            n=0; until as_nobody "terrace explain $(of 16M) 100000001000 --run-folder $run" > /tmp/said 2>&1; do
                sleep 0.5; n=$((n + 1)); [ $n -lt 40 ] || { cat /tmp/said >&2; exit 11; }
            done
            is {{NoSuchProcess}} as_nobody "terrace explain $(of 24M) 100000001000 --run-folder $run"
            is {{NoSuchProcess}} as_nobody "terrace explain $roots 100000001000 --run-folder $run"
            is 0 ask explain $(of 24M) 100000001000
            as_nobody "cat /proc/$(of 24M)/maps" > /dev/null 2>&1 && exit 12

            kill $(of 16M) $(of 24M); wait $a $b
            kill $pids; wait $pids
            stop
            """);
    }

    private async Task RunAsync(string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            DaemonTests.Functions + Prepare + script + "\nexit 0",
            TimeSpan.FromMinutes(6),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
