using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>The daemon with exactly the capabilities that packaging/terrace.service gives it, and the symbols that it is passed.</summary>
[Collection("lab")]
public sealed class ServiceTests
{
    private const string Rules = """
        version: 1
        host: { cpu-limit: 60% }
        rules:
          - name: each
            match: { command: "*exercise*--size 4?M*" }
            fast: 50%
            per: process
        """;

    // A process of root and one of somebody else: rights differ between the two.
    private static readonly string s_functions = RefusalTests.AsNobody + """
        mkdir -p /etc/terrace; chmod 1777 /tmp
        command="exec terrace exercise --load 5% --hot 10% --share 90% --for 20m --json"
        su -s /bin/sh nobody -c "$command --size 46M" > /tmp/ex.46M & nobody=$!
        sh -c "$command --size 47M" > /tmp/ex.47M & root=$!
        until grep -q '"report"' /tmp/ex.46M && grep -q '"report"' /tmp/ex.47M; do
            sleep 0.2
            kill -0 $nobody && kill -0 $root || exit 90
        done

        # Passes the kernel's symbols as systemd does, unless another file is to take their place.
        start() { rm -rf /run/terrace /var/lib/terrace
            LISTEN_FDS=1 LISTEN_FDNAMES=kallsyms /bin/busybox sh -c '
                export LISTEN_PID=$$
                exec /usr/bin/setpriv --no-new-privs --bounding-set "$0" terrace daemon' $1 3< ${2:-/proc/kallsyms} 2> /tmp/log & daemon=$!
            n=0; until terrace status > /dev/null 2>&1; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 150 ] && kill -0 $daemon 2> /dev/null || return 1
            done
        }
        stop() { kill -TERM $daemon; wait $daemon; }
        share() {
            terrace targets --json | tr '{' '\n' | grep "\"pid\":$1," | sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),.*/\1 \2/' |
                awk '{ print int($2 * 1000 / $1 + 0.5) }'
        }
        met() {
            n=0; until s=$(share $1); [ "${s:-0}" -ge 490 ] && [ "${s:-0}" -le 510 ]; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt ${2:-90} ] || { echo "$1 is at $s" >&2; terrace targets >&2; cat /tmp/log >&2; return 1; }
            done
        }
        managed() { terrace targets --json | grep -o '"pid"' | wc -l; }

        """;

    [Fact]
    [Trait("Category", "Long")]
    public async Task With_the_units_capabilities_processes_of_all_users_have_their_shares_and_the_files_are_written()
    {
        LabMachine vm = await PrepareAsync();
        await RunAsync(vm, $$"""
            start {{BoundingSet(Capabilities())}} || { cat /tmp/log >&2; exit 10; }
            grep -q '^NoNewPrivs:.1' /proc/$daemon/status || exit 11
            met $root && met $nobody || exit 12
            terrace status --json | grep -q '"processEvents":true' || exit 13
            terrace set each --fast 40% --persist && [ -s /var/lib/terrace/shares.json ] && terrace set each --fast rule && met $root ||
                exit 14
            terrace reload || exit 15
            as_nobody 'terrace targets --json' | grep -q "\"pid\":$nobody," || exit 16
            terrace explain $nobody 100000001000 | grep -q mapping || exit 17
            stop || exit 18
            ! grep -i 'permitted\|denied' /tmp/log || exit 19
            kill $root $nobody; wait $root $nobody
            tail -n 1 /tmp/ex.46M | grep -q '"event":"final"' && tail -n 1 /tmp/ex.47M | grep -q '"event":"final"' || exit 20
            """);
    }

    /// <summary>CAP_SYS_NICE is for what the processes here do not do.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task Without_any_one_of_these_capabilities_the_daemon_does_not_start_or_cannot_manage_everybody()
    {
        LabMachine vm = await PrepareAsync();
        string[] all = Capabilities();
        string[] needed = ["CAP_SYS_PTRACE", "CAP_SYS_RAWIO", "CAP_DAC_OVERRIDE"];
        await RunAsync(vm, string.Join('\n', needed.Select(one => $$"""
            if start {{BoundingSet(all.Except([one]))}}; then
                sleep 6
                [ "$(managed)" -lt 2 ] || { echo "{{one}} can be spared" >&2; exit 10; }
                stop
            fi
            """))
            + $$"""

            if start {{BoundingSet(all)}} /dev/null; then echo 'the symbols can be spared' >&2; exit 11; fi
            grep kallsyms /tmp/log || exit 12
            """);
    }

    private static string BoundingSet(IEnumerable<string> capabilities) =>
        "-all" + string.Concat(capabilities.Select(capability => ",+" + capability["CAP_".Length..].ToLowerInvariant()));

    private static string[] Capabilities() =>
        File.ReadLines(Path.Combine(LabFixture.RepositoryRoot(), "packaging", "terrace.service"))
            .Single(line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal))
            .Split('=')[1].Split(' ');

    private static async Task<LabMachine> PrepareAsync()
    {
        LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Programs = ["/usr/bin/setpriv"] });
        await vm.RunAsync(
            $"mkdir -p /etc/terrace; cat > /etc/terrace/terrace.yaml <<'END'\n{Rules}\nEND", ct: TestContext.Current.CancellationToken);
        return vm;
    }

    private static async Task RunAsync(LabMachine vm, string script)
    {
        await using (vm)
        {
            LabResult result = await vm.RunAsync(
                s_functions + script + "\nexit 0", TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        }
    }
}
