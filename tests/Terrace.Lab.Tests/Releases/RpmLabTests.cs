using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// The RPM, with Debian's rpm in a root folder of its own in a machine of the lab. It has no packages of a distribution in its
/// database, which could provide what ours requires: hence --nodeps. Debian's rpm wants to be told --force-debian.
/// </summary>
[Collection("lab")]
[Trait("Category", "Long")]
public sealed class RpmLabTests
{
    private const string Root = "/srv/rpm";

    // Without the lab's busybox, which is part of the root for its shell, being taken for rpm.
    private const string Prepare = $$"""
        cd {{Root}}
        mkdir -p bin etc tmp proc sys dev run var/lib/rpm
        cp /bin/busybox bin/
        chroot . /bin/busybox --install -s /bin
        cp /etc/passwd /etc/group etc/
        mount -t proc proc proc; mount -t sysfs sys sys; mount -o bind /dev dev
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        inside() { chroot {{Root}} "$@"; }
        rpm() { inside /usr/bin/rpm --dbpath /var/lib/rpm --force-debian "$@"; }
        mv /tmp/terrace.rpm tmp/
        left() { find . -xdev -name '*terrace*' ! -name terrace.rpm | sort; }

        # With an older C library than this one, the other program.
        chosen() { readlink usr/bin/terrace; }
        claim() { printf '#!/bin/sh\necho glibc %s\n' $1 > usr/bin/getconf; chmod 755 usr/bin/getconf; }

        """;

    [Fact]
    public async Task It_installs_runs_updates_and_is_removed_except_for_a_changed_configuration()
    {
        string rpm = Release.Build("rpm");
        await using LabMachine vm = await Release.BootWithPackagesAsync(
            new LabSpec(), Root, "rpm", "rpm-common", "zlib1g", "libc-bin", "passwd", "libstdc++6", "systemd");
        await vm.PutAsync(rpm, "/tmp/terrace.rpm", TestContext.Current.CancellationToken);
        string output = await Release.RunAsync(vm, Prepare + """
            fail() { echo "FAILED: $*" >&2; left >&2; exit 9; }
            rpm -i --nodeps /tmp/terrace.rpm || fail 'does not install'
            [ "$(chosen)" = ../../usr/libexec/terrace/terrace ] || fail "chose $(chosen)"
            grep -q '^terrace:' etc/group || fail 'no group'
            inside /usr/bin/terrace --version
            inside /usr/bin/terrace config check /etc/terrace/terrace.yaml
            inside /usr/bin/terrace doctor | tail -n 1
            inside /usr/libexec/terrace/terrace-portable --version | sed 's/^/portable /'
            inside /usr/bin/systemd-analyze verify --man=no terrace.service || fail 'the unit'
            rpm -V --nodeps terrace || fail 'not as packaged'

            # An update, on a host with an older C library.
            claim 2.28
            echo '# mine' >> etc/terrace/terrace.yaml
            rpm -U --nodeps --replacepkgs /tmp/terrace.rpm || fail 'does not update'
            [ "$(chosen)" = ../../usr/libexec/terrace/terrace-portable ] || fail "chose $(chosen)"
            tail -n 1 etc/terrace/terrace.yaml

            # What is removed puts back what was set of the kernel.
            echo 2 > /proc/sys/kernel/numa_balancing
            inside /usr/bin/terrace kernel --mode terrace > /dev/null
            [ "$(cat /proc/sys/kernel/numa_balancing)" = 0 ] || fail 'numa_balancing is not set'
            rpm -e terrace > /tmp/removed || fail 'cannot be removed'
            [ "$(cat /proc/sys/kernel/numa_balancing)" = 2 ] || fail 'numa_balancing is not put back'
            left
            """);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^\d+\.\d+\.\d+", lines[0]);
        Assert.Equal("/etc/terrace/terrace.yaml: good, 0 rules", lines[1]);
        Assert.Equal("Terrace can manage processes here.", lines[2]);
        Assert.Equal("portable " + lines[0], lines[3]);
        Assert.Equal(["# mine", "./etc/terrace", "./etc/terrace/terrace.yaml.rpmsave", "./run/terrace"], lines[4..]);
    }
}
