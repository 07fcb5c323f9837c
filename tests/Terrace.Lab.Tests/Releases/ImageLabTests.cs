using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>The container image, with Debian's podman in a root folder of its own in a machine of the lab, which has no network.</summary>
[Collection("lab")]
[Trait("Category", "Long")]
public sealed class ImageLabTests
{
    private const string Root = "/srv/podman";

    // vfs: the machine's files are on tmpfs, above which podman has no overlays.
    private const string Prepare = $$"""
        cd {{Root}}
        mkdir -p bin etc/containers tmp proc sys dev run var/tmp var/lib root
        cp /bin/busybox bin/
        chroot . /bin/busybox --install -s /bin
        cp /etc/passwd /etc/group etc/
        echo '{"default":[{"type":"insecureAcceptAnything"}]}' > etc/containers/policy.json
        mount -o bind {{Root}} {{Root}}; cd {{Root}}
        mount --rbind /dev dev; mount -t proc proc proc; mount --rbind /sys sys
        mv /tmp/image.tar.gz tmp/
        export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin
        # A root that containers can be entered from: the machine's own, an initramfs, cannot be pivoted away from (pivot_root(2)).
        unshare -m sh -c 'mount -o move . / && exec chroot . /bin/busybox sleep 100000' & place=$!
        until nsenter -t $place -m /bin/busybox test -x /usr/bin/podman; do sleep 0.2; done
        podman() { nsenter -t $place -m /usr/bin/podman --cgroup-manager=cgroupfs --storage-driver=vfs --events-backend=none "$@"; }
        fail() { echo "FAILED: $*" >&2; podman logs terrace >&2; exit 9; }
        podman load -i /tmp/image.tar.gz > /tmp/loaded || fail 'does not load'
        # As docs/containers.md calls it.
        image=$(sed -n 's|^Loaded image: .*/||p' /tmp/loaded)
        echo "$image"

        """;

    [Fact]
    public async Task It_loads_and_its_daemon_sees_and_manages_the_hosts_processes_with_the_rights_of_the_unit()
    {
        string archive = Release.Build("image");
        await using LabMachine vm = await Release.BootWithPackagesAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:2G,cxl:2G") }, Root, "podman", "conmon", "crun");
        await vm.PutAsync(archive, "/tmp/image.tar.gz", TestContext.Current.CancellationToken);
        string output = await Release.RunAsync(vm, Prepare + """
            host='--pid=host --network=host --cgroupns=host'
            podman run --rm --network=none $image --help > /tmp/help
            podman run --rm --network=none $image > /tmp/nothing
            cmp /tmp/help /tmp/nothing || fail 'without arguments it does not say what it can do'
            podman run --rm --network=none $image --version
            podman run --rm --network=none --entrypoint /usr/lib/terrace/terrace-portable $image --version | sed 's/^/portable /'
            podman run --rm --privileged $host $image doctor | tail -n 1

            # The capabilities of packaging/terrace.service and of the step before it, /proc/kcore, and a folder for the socket.
            /bin/terrace exercise --size 46M --load 5% --hot 10% --share 90% --for 20m --json > /tmp/ex & exercise=$!
            mkdir -p run/terrace etc/terrace
            printf 'host: { cpu-limit: 60%% }\nrules:\n  - { name: half, match: { command: "*exercise*--size 46M*" }, fast: 50%% }\n' \
                > etc/terrace/terrace.yaml
            rights='--cap-drop=all --cap-add=SYS_PTRACE,SYS_NICE,SYS_RAWIO,SYSLOG,DAC_OVERRIDE,NET_ADMIN --security-opt unmask=ALL'
            files='-v /run/terrace:/run/terrace -v /etc/terrace:/etc/terrace:ro'
            # podman's own filter of system calls forbids moves: that is said at once, not found out later.
            code=0; podman run --rm $host $rights $files $image daemon > /tmp/filtered 2>&1 || code=$?
            echo "filtered $code"; grep -c 'move_pages is refused.*seccomp=unconfined' /tmp/filtered || cat /tmp/filtered >&2
            podman run -d --name terrace $host $rights --security-opt seccomp=unconfined --read-only $files $image daemon > /dev/null
            n=0; until podman exec terrace terrace status > /tmp/status 2>&1; do
                sleep 1; n=$((n + 1))
                [ $n -lt 120 ] || { cat /tmp/status >&2; fail 'no answer'; }
            done
            share() {
                podman exec terrace terrace targets --json | tr '{' '\n' | grep "\"pid\":$exercise," |
                    sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),.*/\1 \2/' | awk '{ print int($2 * 1000 / $1 + 0.5) }'
            }
            n=0; until s=$(share) && [ "${s:-0}" -ge 490 ] && [ "${s:-0}" -le 510 ]; do
                sleep 1; n=$((n + 1))
                [ $n -lt 120 ] || { podman exec terrace terrace targets half >&2; fail "it is at $s"; }
            done
            podman stop -t 60 terrace > /dev/null
            podman inspect --format '{{.State.ExitCode}}' terrace
            kill $exercise; wait $exercise || true
            tail -n 1 /tmp/ex | grep -q '"event":"final"' || fail 'the process was harmed'
            """);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^terrace:\d+\.\d+\.\d+", lines[0]);
        Assert.Matches(@"^\d+\.\d+\.\d+", lines[1]);
        Assert.Equal(["portable " + lines[1], "Terrace can manage processes here.", "filtered 77", "1", "0"], lines[2..]);
    }
}
