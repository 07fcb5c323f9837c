using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>The tarball, installed for a whole machine, with the shell and the tools of busybox.</summary>
[Collection("lab")]
[Trait("Category", "Long")]
public sealed class TarballLabTests(LabFixture lab)
{
    [Fact]
    public async Task It_installs_runs_and_its_removal_puts_back_what_was_set_of_the_kernel()
    {
        string tarball = Release.Build("tar");
        LabMachine vm = await lab.MachineAsync();
        await vm.PutAsync(tarball, "/tmp/terrace.tar.gz", TestContext.Current.CancellationToken);
        string output = await Release.RunAsync(vm, """
            fail() { echo "FAILED: $*" >&2; exit 9; }
            trap 'rm -rf /tmp/terrace*' EXIT
            cd /tmp
            tar -xzf terrace.tar.gz
            cd terrace-*-linux-x86_64
            # A machine of the lab has the C library, without getconf, and no programs that make groups.
            mkdir -p /tmp/terrace-bin
            printf '#!/bin/sh\necho glibc 2.99\n' > /tmp/terrace-bin/getconf
            printf '#!/bin/sh\nexit 2\n' > /tmp/terrace-bin/getent
            printf '#!/bin/sh\necho "$2:x:999:" >> /etc/group\n' > /tmp/terrace-bin/groupadd
            chmod 755 /tmp/terrace-bin/*
            export PATH=/usr/local/bin:/tmp/terrace-bin:$PATH
            ./install
            grep -q '^terrace:' /etc/group || fail 'no group'
            [ "$(readlink /usr/local/bin/terrace)" = ../lib/terrace/terrace ] || fail 'another program'
            terrace config check
            terrace doctor | tail -n 1

            echo 2 > /proc/sys/kernel/numa_balancing
            terrace kernel --mode terrace > /dev/null
            /usr/local/lib/terrace/uninstall
            [ "$(cat /proc/sys/kernel/numa_balancing)" = 2 ] || fail 'numa_balancing is not put back'
            sed -i '/^terrace:/d' /etc/group
            find / -xdev -name '*terrace*' ! -path '/tmp/*' ! -path '/bin/terrace' ! -path '/run/*' | sort
            """);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^install: /usr/local/bin/terrace is terrace ", lines[0]);
        Assert.Equal(["/etc/terrace/terrace.yaml: good, 0 rules", "Terrace can manage processes here."], lines[1..3]);
        Assert.DoesNotContain(lines[3..], line => line.StartsWith('/'));
    }
}
