using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>What a Prometheus on the host would find.</summary>
[Collection("lab")]
public sealed class DaemonMetricsTests(LabFixture lab)
{
    [Fact]
    public async Task A_scrape_shows_the_fast_share_as_it_comes_to_what_was_asked_for()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            DaemonTests.Functions + """
            ip link set lo up 2> /dev/null || ifconfig lo 127.0.0.1 up
            printf '%s\n' 'host: { cpu-limit: 60%, metrics: 127.0.0.1:9464 }' 'rules:' '- name: half' \
                '  match: { command: "*exercise --size 64M*" }' '  fast: 50%' > $config
            terrace config check $config || exit 10
            scrape() { busybox wget -qO- http://127.0.0.1:9464/metrics; }
            start
            scrape > /tmp/before || exit 11
            grep -q '^terrace_processes 0$' /tmp/before || exit 12
            exercise --size 64M
            n=0; until scrape | awk '/^terrace_group_memory_bytes/ { s += $2 } END { exit s < 60000000 }'; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 100 ] || exit 18
            done
            met half 490 510
            # A scrape's figures are up to a second old, and older while the loop is busy.
            n=0; until scrape > /tmp/after && awk '/^terrace_group_fast_share_ratio/ { exit $2 < 0.49 || $2 > 0.51 }' /tmp/after; do
                sleep 0.5; n=$((n + 1))
                [ $n -lt 40 ] || { cat /tmp/after >&2; ask targets >&2; exit 13; }
            done
            cat /tmp/after
            sed -i 's/127.0.0.1:9464/127.0.0.1:9465/' $config
            ask reload || exit 14
            scrape > /dev/null 2>&1 && exit 15
            busybox wget -qO- http://127.0.0.1:9465/metrics | grep -q '^terrace_group_processes{group="half",rule="half"} 1$' || exit 16
            kill $pids; wait $pids
            counted 0
            sleep 1
            busybox wget -qO- http://127.0.0.1:9465/metrics | grep -q 'group="half"' && exit 17
            stop
            exit 0
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        Dictionary<string, double> told = result.Stdout.Split('\n')
            .Where(line => line.StartsWith("terrace_", StringComparison.Ordinal))
            .ToDictionary(
                line => line[..line.LastIndexOf(' ')],
                line => double.Parse(line[line.LastIndexOf(' ')..], System.Globalization.CultureInfo.InvariantCulture));
        const string Half = """{group="half",rule="half"}""";
        Assert.Equal(0.5, told["terrace_group_asked_share_ratio" + Half]);
        Assert.InRange(told["terrace_group_fast_share_ratio" + Half], 0.49, 0.51);
        Assert.InRange(told["""terrace_group_memory_bytes{group="half",rule="half",tier="1"}"""], 28 << 20, 40 << 20);
        Assert.InRange(told["terrace_group_demoted_bytes_total" + Half], 1 << 20, 512 << 20);
        Assert.InRange(told["terrace_stall_seconds_count"], 1, 1000);
        Assert.InRange(told["terrace_cpu_time_seconds_total"], 0.1, 600);
        Assert.Equal(0.6, told["terrace_cpu_limit_ratio"]);
    }
}
