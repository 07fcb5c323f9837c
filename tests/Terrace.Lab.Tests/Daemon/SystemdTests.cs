using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Lab.Tests;

/// <summary>The Debian package's service under a real systemd, with all that its unit forbids, on a real kernel.</summary>
[Collection("lab")]
[Trait("Category", "Long")]
public sealed class SystemdTests(SystemdFixture systemd) : IClassFixture<SystemdFixture>
{
    // Emulated CPUs are some twenty times slower than real ones: the default limit would be a twentieth of what it is meant to be.
    private const string Functions = $$"""
        root={{SystemdFixture.Root}}; config=$root/etc/terrace/terrace.yaml; dropins=$root/etc/systemd/system/terrace.service.d
        inside() { chroot $root "$@"; }
        sd() { inside /bin/systemctl "$@"; }
        prop() { sd show --value --property=$1 terrace; }
        journal() { inside /bin/journalctl --no-pager --output=cat --unit=terrace; }
        fail() { echo "FAILED: $*" >&2; sd status --no-pager --full terrace >&2; journal >&2; exit 9; }
        until_is() {
            n=0; until [ "$(prop $1)" = "$2" ]; do
                sleep 0.3; n=$((n + 1))
                [ $n -lt ${3:-400} ] || fail "$1 is $(prop $1), not $2"
            done
        }
        until_says() { n=0; until prop StatusText | grep -q "$1"; do sleep 0.3; n=$((n + 1)); [ $n -lt 100 ] || fail "no status $1"; done; }
        share() {
            inside terrace targets --json | tr '{' '\n' | grep "\"pid\":$1," |
                sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),.*/\1 \2/' | awk '{ print int($2 * 1000 / $1 + 0.5) }'
        }
        met() {
            n=0; until s=$(share $1); [ "${s:-0}" -ge $2 ] && [ "${s:-0}" -le $3 ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 90 ] || fail "$1 is at $s"
            done
        }
        dropin() { mkdir -p $dropins; cat > $dropins/$1.conf; sd daemon-reload; }
        configure() { cat > $config; }
        rules() {
            printf 'host: { cpu-limit: 60%% }\nrules:\n  - { name: half, match: { command: "*exercise*--size 46M*" }, fast: %s }\n' $1 |
                configure
        }
        trap 'kill $exercise; sd stop terrace; rm -rf $dropins $root/run/terrace; sd daemon-reload; sd reset-failed' EXIT
        echo 0 > /proc/sys/kernel/numa_balancing; echo 0 > /sys/kernel/mm/numa/demotion_enabled

        # Emulated machines on a busy host are slow.
        printf '[Service]\nTimeoutStartSec=5min\nTimeoutStopSec=5min\n' | dropin slow

        """;

    [Fact]
    public async Task It_is_active_when_it_manages_tells_how_it_does_and_a_bad_configuration_changes_nothing()
    {
        await RunAsync("""
            rules 50%
            chroot $root /usr/bin/terrace exercise --size 46M --load 5% --hot 10% --share 90% --for 20m --json > /tmp/ex & exercise=$!

            # Its program runs, and it is not active, as long as it is not ready.
            dropin held << 'END'
            [Service]
            ExecStart=
            ExecPaths=/bin/busybox
            ExecStart=/bin/busybox sh -c 'kill -STOP $$$$; exec /usr/bin/terrace daemon'
            END
            sd start --no-block terrace || fail start
            n=0; until grep -q '^State:.T' /proc/$(prop MainPID)/status; do
                sleep 0.3; n=$((n + 1))
                [ $n -lt 100 ] || fail 'is not held'
            done
            sleep 2
            [ "$(prop ActiveState)/$(prop SubState)" = activating/start ] || fail 'active before it was ready'
            kill -CONT $(prop MainPID)
            until_is ActiveState active
            inside terrace status || fail 'active, and does not answer'
            sd stop terrace
            rm $dropins/held.conf; sd daemon-reload

            sd start terrace || fail start
            inside terrace status > /dev/null || fail 'started, and does not answer'
            pid=$(prop MainPID)
            until_says '^managing 1 process in 1 group, by 1 rule$'
            sd status --no-pager terrace | grep 'Status: "managing 1 process' || fail 'no status line'
            met $exercise 490 510

            rules 30%
            sd reload terrace || fail reload
            met $exercise 290 310
            echo 'rules: [{ name: x, macth: 1 }]' | configure
            sd reload terrace && fail 'a bad configuration was taken'
            until_is ActiveState active
            until_says 'configuration on disk is bad'
            journal | grep macth || fail 'the journal does not say what is wrong'
            inside terrace reload && fail 'a bad configuration was taken'
            kill -HUP $pid
            sleep 3
            until_is ActiveState active
            met $exercise 290 310
            rules 50%
            kill -HUP $pid
            until_says '^managing 1 process in 1 group, by 1 rule$'
            met $exercise 490 510
            [ "$(prop MainPID)/$(prop NRestarts)" = $pid/0 ] || fail 'it was restarted'
            journal | grep -i 'permitted\|denied\|service manager' && fail 'something is not permitted'
            sd stop terrace || fail stop
            [ "$(prop Result)/$(prop ExecMainStatus)" = success/0 ] || fail 'no clean end'
            kill $exercise; wait $exercise
            tail -n 1 /tmp/ex | grep -q '"event":"final"' || fail 'the process was harmed'
            """);
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_ended_by_the_watchdog_and_restarted()
    {
        await RunAsync("""
            rules 50%
            # Not by its property, which is set when the service starts only.
            sd cat terrace | grep -q '^WatchdogSec=3min' || fail 'no watchdog'
            dropin soon << 'END'
            [Service]
            WatchdogSec=20
            RestartSec=1
            END
            sd start terrace || fail start
            pid=$(prop MainPID)
            sleep 50
            [ "$(prop MainPID)/$(prop NRestarts)" = $pid/0 ] || fail 'a daemon that lives was ended'
            kill -STOP $pid
            until_is NRestarts 1
            until_is ActiveState active
            [ "$(prop MainPID)" != $pid ] || fail 'the same process'
            journal | grep -i watchdog || fail 'not by the watchdog'
            inside terrace status || fail 'does not answer'
            """);
    }

    [Fact]
    public async Task Setting_NUMA_balancing_takes_the_drop_in_that_is_named_and_removal_puts_back_what_a_killed_daemon_left()
    {
        await RunAsync("""
            knobs() { cat /proc/sys/kernel/numa_balancing /sys/kernel/mm/numa/demotion_enabled | tr '\n' ' '; }
            echo 'host: { kernel: terrace }' | configure
            echo 1 > /proc/sys/kernel/numa_balancing
            sd start terrace || fail start
            [ "$(knobs)" = '1 false ' ] || fail "without the right: $(knobs)"
            drop_in='CapabilityBoundingSet=CAP_SYS_ADMIN.*/usr/share/terrace/host-kernel.conf'
            journal | grep "numa_balancing may not be written: .*read-only .*$drop_in" || fail 'the drop-in is not named'
            inside terrace doctor | grep -A 3 'degraded  host.kernel' | grep 'fix: sudo install .*host-kernel.conf' ||
                fail 'the doctor does not name it'

            dropin host-kernel < $root/usr/share/terrace/host-kernel.conf
            printf '[Service]\nRestart=no\n' | dropin once
            sd restart terrace || fail restart
            [ "$(knobs)" = '0 true ' ] || fail "with the right: $(knobs)"
            inside terrace doctor | grep 'works     host.kernel' || fail 'the doctor still names it'

            # Killed, it leaves things as they are; they are put back before the program goes.
            kill -9 $(prop MainPID)
            until_is ActiveState failed
            [ "$(knobs)" = '0 true ' ] || fail "killed: $(knobs)"

            # This machine has no dpkg, whose alternatives the script removes at its end; PackageTests has them.
            printf '#!/bin/busybox sh\n' > $root/bin/update-alternatives; chmod 755 $root/bin/update-alternatives
            inside /bin/busybox sh /tmp/prerm remove || fail prerm
            [ "$(knobs)" = '1 false ' ] || fail "removed: $(knobs)"
            [ ! -e $root/run/terrace/kernel-held.json ] || fail 'kernel-held.json is still there'
            """);
    }

    /// <summary>
    /// Through /proc/PID/root, with all rights of root, things are as the service's mounts have them; the kernel looks at the mount that a
    /// path leads through.
    /// </summary>
    [Fact]
    public async Task It_is_passed_the_kernels_symbols_and_process_events_and_can_run_and_set_nothing()
    {
        await RunAsync("""
            rules 50%
            sd start terrace || fail start
            pid=$(prop MainPID)
            inside terrace status --json | grep -q '"processEvents":true' || fail 'no process events'
            journal | grep 'handed over' && fail 'something was not handed over'
            ls -l /proc/$pid/fd | grep -q kallsyms || fail 'no symbols'

            # SYS_PTRACE, SYS_NICE, SYS_RAWIO, DAC_OVERRIDE: bits 19, 23, 17 and 1 (linux/capability.h).
            [ "$(awk '/^CapBnd/ { print $2 }' /proc/$pid/status)" = 00000000008a0002 ] || fail "$(grep CapBnd /proc/$pid/status)"
            [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ] || fail 'it has a network'
            its=/proc/$pid/root
            for file in proc/sys/kernel/core_pattern proc/sys/kernel/numa_balancing sys/kernel/mm/numa/demotion_enabled etc/passwd; do
                before=$(cat $root/$file 2> /dev/null || cat /$file)
                ( echo "$before" > $its/$file ) 2> /dev/null && fail "$file can be written"
            done
            ( echo h > $its/proc/sysrq-trigger ) 2> /dev/null && fail 'SysRq can be used'
            for program in bin/busybox bin/systemctl; do
                $its/$program --help > /dev/null 2>&1 && fail "$program can be run"
                $root/$program --help > /dev/null 2>&1 || [ $? -ne 126 ] || fail "$program can never be run"
            done
            [ "$(stat -c %a $root/run/terrace $root/run/terrace/control.sock $root/var/lib/terrace | tr '\n' ' ')" = '755 666 750 ' ] ||
                fail "modes: $(stat -c %a $root/run/terrace $root/run/terrace/control.sock $root/var/lib/terrace)"

            # Restarted, it is passed them once more, and not twice.
            sd restart terrace || fail restart
            pid=$(prop MainPID)
            inside terrace status --json | grep -q '"processEvents":true' || fail 'no process events after a restart'
            tr '\0' '\n' < /proc/$pid/environ | grep '^LISTEN_FDS=2$' || fail "$(tr '\0' '\n' < /proc/$pid/environ)"
            kill -9 $pid
            until_is NRestarts 1
            until_is ActiveState active
            inside terrace status --json | grep -q '"processEvents":true' || fail 'no process events after a failure'
            tr '\0' '\n' < /proc/$(prop MainPID)/environ | grep '^LISTEN_FDS=2$' || fail 'passed twice after a failure'
            """);
    }

    /// <summary>Without CAP_SYS_ADMIN the page map hides in which frames pages lie (pagemap_read, fs/proc/task_mmu.c).</summary>
    [Fact]
    public async Task Pages_that_KSM_has_merged_count_once_although_it_may_not_administer_the_machine()
    {
        await (await systemd.MachineAsync()).PutAsync(
            await CompiledProgram.ShapesAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken),
            SystemdFixture.Root + "/bin/shapes",
            TestContext.Current.CancellationToken);
        await RunAsync("""
            ksm=/sys/kernel/mm/ksm; echo 0 > $ksm/sleep_millisecs; echo 20000 > $ksm/pages_to_scan; echo 1 > $ksm/run
            configure << 'END'
            host: { cpu-limit: 60% }
            rules: [{ name: shapes, match: { command: "/bin/shapes merged*" }, fast: 20% }]
            END
            chroot $root /bin/shapes merged 100 idle > /tmp/idle & exercise=$!
            until grep -q ready /tmp/idle; do kill -0 $exercise || fail 'no idle one'; sleep 0.1; done
            chroot $root /bin/shapes merged 100 > /tmp/shape & busy=$!; exercise="$exercise $busy"
            n=0; until [ $(cat $ksm/pages_sharing) -ge 25000 ]; do sleep 1; n=$((n + 1)); [ $n -lt 180 ] || fail 'KSM does not merge'; done
            echo 0 > $ksm/run
            sd start terrace || fail start
            until_says '^managing 2 processes in 1 group, by 1 rule$'
            [ "$(awk '/^CapEff/ { print $2 }' /proc/$(prop MainPID)/status)" = 00000000008a0002 ] || fail 'other rights'
            group() {
                inside terrace targets shapes --json > /tmp/group
                all=$(grep -o '"bytes":[0-9]*' /tmp/group | head -n 1 | cut -d: -f2)
                fast=$(grep -o '"fastBytes":[0-9]*' /tmp/group | head -n 1 | cut -d: -f2)
                pages=$((${all:-0} / 4096)) share=$((${fast:-0} * 1000 / (${all:-0} + 1)))
            }
            n=0; until group; [ $(grep -o '"pid"' /tmp/group | wc -l) -eq 2 ] && [ $share -ge 190 ] && [ $share -le 210 ]; do
                sleep 1; n=$((n + 1)); [ $n -lt 180 ] || fail "$(cat /tmp/group)"
            done
            sleep 20
            group
            [ $pages -ge 25600 ] && [ $pages -le 27000 ] || fail "$pages pages: $(cat /tmp/group)"
            kill -USR1 $busy; until grep hot /tmp/shape; do sleep 0.1; done
            awk '/hot/ { exit $2 < 49 * $3 }' /tmp/shape || fail "what is hot for one of them only: $(cat /tmp/shape)"
            """);
    }

    [Fact]
    public async Task Metrics_at_a_port_take_the_drop_in_that_is_named_and_at_a_socket_none()
    {
        await RunAsync("""
            echo 'host: { metrics: "127.0.0.1:9464" }' | configure
            sd start terrace || fail start
            journal | grep 'no metrics at 127.0.0.1:9464: .*PrivateNetwork=no.*/usr/share/terrace/network.conf' ||
                fail 'the drop-in is not named'
            inside terrace status | grep 'network.conf' || fail 'status does not name it'
            wget -q -O - http://127.0.0.1:9464/metrics && fail 'there is a network'
            dropin network < $root/usr/share/terrace/network.conf
            sd restart terrace || fail restart
            ip link set lo up
            wget -q -O - http://127.0.0.1:9464/metrics | grep '^terrace_processes ' || fail 'no metrics at the port'
            rm $dropins/network.conf; sd daemon-reload
            echo 'host: { metrics: /run/terrace/metrics.sock }' | configure
            sd restart terrace || fail 'restart without'
            [ -S $root/run/terrace/metrics.sock ] || fail 'no metrics at the socket'
            """);
    }

    [Fact]
    public async Task In_its_AppArmor_profile_it_manages_and_can_start_and_write_nothing_else()
    {
        await RunAsync("""
            parse() { inside /sbin/apparmor_parser --replace --skip-cache $1 || fail "AppArmor does not take $1"; }
            denied() { dmesg | grep 'apparmor="DENIED"' | grep 'profile="terrace-daemon"'; }
            [ -d $root/sys/kernel/security/apparmor ] || fail 'this kernel has no AppArmor'
            fail() { echo "FAILED: $*" >&2; dmesg | grep DENIED | tail -n 20 >&2; journal >&2; exit 9; }

            # It looks at paths as they are outside of the folder that is the root of systemd here.
            echo "alias / -> $root/," >> $root/etc/apparmor.d/tunables/alias
            parse /etc/apparmor.d/terrace-daemon
            dropin apparmor < $root/usr/share/terrace/apparmor.conf
            rules 50%
            chroot $root /usr/bin/terrace exercise --size 46M --load 5% --hot 10% --share 90% --for 20m --json > /tmp/ex & exercise=$!
            sd start terrace || fail start
            [ "$(cat /proc/$(prop MainPID)/attr/current)" = 'terrace-daemon (enforce)' ] || fail 'not confined'
            met $exercise 490 510
            inside terrace status --json | grep -q '"processEvents":true' || fail 'no process events'
            sd reload terrace || fail reload
            inside terrace set half --fast 40% --persist || fail set
            inside terrace explain $exercise 100000001000 > /dev/null || fail explain
            sd stop terrace || fail stop
            denied && fail 'it needs more than the profile allows'

            # The same program in the same profile, and all rights of root.
            confined() { inside /usr/bin/aa-exec -p terrace-daemon -- "$@"; }
            confined /usr/bin/terrace --version || fail 'it cannot even start'
            inside /usr/bin/terrace run --fast 50% -- /bin/busybox true || fail 'unconfined it cannot start programs either'
            confined /usr/bin/terrace run --fast 50% -- /bin/busybox true && fail 'it can start programs'
            denied | grep 'operation="exec".*busybox' || fail 'that was not AppArmor'
            mkdir -p $root/srv; echo kept > $root/srv/kept
            confined /usr/bin/terrace config example > /tmp/example || fail 'it cannot print'
            inside /usr/bin/terrace manage --pid $exercise --for 1s --summary-json /srv/summary || fail 'unconfined it cannot write either'
            confined /usr/bin/terrace manage --pid $exercise --for 1s --summary-json /srv/kept && fail 'it can write elsewhere'
            [ "$(cat $root/srv/kept)" = kept ] || fail 'it has written'
            denied | grep 'name=".*/srv/kept' || fail 'that was not AppArmor'
            confined /usr/bin/terrace daemon --run-folder /srv/terrace && fail 'it can make folders elsewhere'
            [ ! -e $root/srv/terrace ] || fail 'it has made one'
            denied | grep 'name=".*/srv/terrace' || fail 'that was not AppArmor'
            """);
    }

    private async Task RunAsync(string script)
    {
        LabMachine vm = await systemd.MachineAsync();
        LabResult result = await vm.RunAsync(
            Functions + script + "\nexit 0", TimeSpan.FromMinutes(12), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
    }
}
