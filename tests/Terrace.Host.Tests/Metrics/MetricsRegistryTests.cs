using System.Globalization;
using Microsoft.Extensions.Logging;
using Terrace.Core.Tiering;
using Terrace.Host.Metrics;

namespace Terrace.Host.Tests.Metrics;

public sealed class MetricsRegistryTests
{
    private const string Databases = "{group=databases,rule=rule of databases}";

    [Fact]
    public void A_group_is_told_with_its_share_its_moves_and_what_they_cost()
    {
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(20, busy: 0.1);
        Exposition told = daemon.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group));
        Assert.Equal(0.3, told.Samples["terrace_group_fast_share_ratio" + Databases]);
        Assert.Equal(0.4, told.Samples["terrace_group_asked_share_ratio" + Databases]);
        Assert.Equal(700 * 4096, told.Samples["terrace_group_memory_bytes{group=databases,rule=rule of databases,tier=1}"]);
        Assert.Equal(400 * 4096, told.Samples["terrace_group_budget_bytes" + Databases]);
        Assert.InRange(told.Samples["terrace_group_rounds_total" + Databases], 3, 1000);
        Assert.InRange(told.Samples["terrace_group_demoted_bytes_total" + Databases], 100 << 20, 10L << 30);
        Assert.Equal(told.Samples["terrace_demoted_bytes_total"], told.Samples["terrace_group_demoted_bytes_total" + Databases]);
        Assert.InRange(
            told.Samples["terrace_group_failed_moves_total{direction=down,group=databases,reason=busy,rule=rule of databases}"], 1000, 1e9);
        Assert.Equal(told.Samples["terrace_group_rounds_total" + Databases], told.Samples["terrace_stall_seconds_count"]);
        Assert.Equal(3, told.Samples["terrace_process_events_lost_total"]);
        Assert.Equal(2L << 30, told.Samples["terrace_tier_capacity_bytes{tier=1}"]);
        Assert.Equal(1, told.Samples["terrace_build_info{version=1.2.3}"]);
        Assert.InRange(told.Samples["terrace_memory_resident_bytes"], 1 << 20, 64L << 30);
    }

    [Fact]
    public void Counters_continue_between_scrapes_and_gauges_are_replaced()
    {
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(5);
        double before = daemon.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group)).Samples["terrace_group_rounds_total" + Databases];
        Exposition told = daemon.Run(5).Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group, share: 0.5));
        Assert.True(told.Samples["terrace_group_rounds_total" + Databases] > before);
        Assert.Equal(0.5, told.Samples["terrace_group_asked_share_ratio" + Databases]);
    }

    [Fact]
    public void Waiting_for_a_limit_is_told_by_limit()
    {
        const string Rate = "terrace_group_wait_seconds_total{group=databases,limit=rate,rule=rule of databases}";
        const string Cpu = "terrace_group_wait_seconds_total{group=databases,limit=cpu,rule=rule of databases}";
        TimeSpan spent = TimeSpan.Zero;
        int steps = 0;
        using MeasuredDaemon slow = new MeasuredDaemon().Run(20, new TieringOptions { RateLimitBytesPerSecond = 8 << 20 });
        using MeasuredDaemon poor = new MeasuredDaemon().Run(
            60,
            new TieringOptions { CpuLimit = 0.5, CpuBurst = TimeSpan.Zero },
            () => spent += TimeSpan.FromMilliseconds(steps++ % 5 == 0 ? 300 : 0));
        Exposition slowTold = slow.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group));
        Exposition poorTold = poor.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group));
        Assert.InRange(slowTold.Samples[Rate], 5, 20);
        Assert.Equal(0, slowTold.Samples[Cpu]);
        Assert.InRange(poorTold.Samples[Cpu], 1, 60);
    }

    [Fact]
    public void What_was_reported_to_the_kernel_is_counted_by_heat()
    {
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(20, new TieringOptions { ShareHeat = true });
        Exposition told = daemon.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group));
        Assert.InRange(
            told.Samples["terrace_group_shared_heat_bytes_total{group=databases,heat=hot,rule=rule of databases}"], 1 << 20, 1e12);
        Assert.InRange(
            told.Samples["terrace_group_shared_heat_bytes_total{group=databases,heat=cold,rule=rule of databases}"], 1 << 20, 1e12);
    }

    [Fact]
    public void A_group_that_has_ended_is_told_no_more_but_its_moves_stay_in_the_sums()
    {
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(20);
        double moved = daemon.Scrape(
            MeasuredDaemon.Of(MeasuredDaemon.Group), MeasuredDaemon.Of("other")).Samples["terrace_demoted_bytes_total"];
        Exposition told = daemon.Scrape(MeasuredDaemon.Of("other"));
        Assert.DoesNotContain(told.Samples.Keys, series => series.Contains(MeasuredDaemon.Group, StringComparison.Ordinal));
        Assert.Contains(told.Samples.Keys, series => series.Contains("group=other", StringComparison.Ordinal));
        Assert.Equal(moved, told.Samples["terrace_demoted_bytes_total"]);
    }

    [Fact]
    public void However_many_groups_there_are_the_number_with_series_is_limited_and_the_rest_of_a_rule_is_told_as_one()
    {
        using MeasuredDaemon daemon = new();
        GroupFigures[] many = [.. Enumerable.Range(0, SeriesPlaces.Most + 50).Select(i => OfUser(i, "0"))];
        Exposition told = daemon.Scrape(many);
        Assert.Equal(SeriesPlaces.Most + 1, Budgets(told).Count());
        Assert.Equal(50, told.Samples["terrace_groups_untold"]);
        Assert.Equal(50 * 400 * 4096, told.Samples["terrace_group_budget_bytes{group=each,rule=each}"]);
        Assert.Equal(50 * 2, told.Samples["terrace_group_processes{group=each,rule=each}"]);
        Assert.Equal(0.4, told.Samples["terrace_group_asked_share_ratio{group=each,rule=each}"], 6);
        Assert.Equal(0.9, told.Samples["terrace_group_hit_ratio{group=each,rule=each}"], 6);
        told = daemon.Scrape([.. many.Skip(100)]);
        Assert.Equal((0, many.Length - 100), (told.Samples["terrace_groups_untold"], Budgets(told).Count()));
    }

    [Fact]
    public void The_groups_of_one_user_and_of_all_users_leave_room_for_the_operators()
    {
        using MeasuredDaemon daemon = new();
        GroupFigures ofRule = MeasuredDaemon.Of("databases") with { Labels = new GroupLabels("databases", "databases", "1000") };
        Exposition told = daemon.Scrape(
            [
                .. Enumerable.Range(0, 250).Select(i => OfUser(i, "1000")),
                ofRule,
                .. Enumerable.Range(250, 50).Select(i => OfUser(i, "107")),
            ]);
        Assert.Equal(SeriesPlaces.OfUser + 50 + 2, Budgets(told).Count());
        Assert.Contains(told.Samples.Keys, series => series.Contains("group=databases,", StringComparison.Ordinal));
        Assert.Contains(told.Samples.Keys, series => series.Contains("group=each:299,", StringComparison.Ordinal));

        // Each with a user number of its own, as subordinate numbers allow.
        told = daemon.Scrape([.. Enumerable.Range(1000, 300).Select(i => OfUser(i, i.ToString(CultureInfo.InvariantCulture)))]);
        Assert.Equal(SeriesPlaces.OfUsers + 1, Budgets(told).Count());
    }

    [Fact]
    public void Without_names_only_rules_are_told_and_moves_are_counted_there()
    {
        using MeasuredDaemon daemon = new();
        GroupFigures[] groups = [OfUser(1, "0"), OfUser(2, "0"), MeasuredDaemon.Of("all") with { Labels = new GroupLabels("all", "all") }];
        Assert.Equal(3, Budgets(daemon.Scrape(groups)).Count());
        daemon.Book.TellNames(false);
        Exposition told = daemon.Scrape(groups);
        Assert.Equal(
            ["terrace_group_budget_bytes{group=all,rule=all}", "terrace_group_budget_bytes{group=each,rule=each}"],
            Budgets(told).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(told.Samples.Keys, series => series.Contains("each:", StringComparison.Ordinal));
        Assert.Equal(2 * 400 * 4096, told.Samples["terrace_group_budget_bytes{group=each,rule=each}"]);
        daemon.Run(20);
        told = daemon.Scrape(MeasuredDaemon.Of(MeasuredDaemon.Group));
        Assert.InRange(told.Samples["terrace_group_rounds_total{group=rule of databases,rule=rule of databases}"], 3, 1000);
    }

    private static GroupFigures OfUser(int number, string user) =>
        MeasuredDaemon.Of("each") with { Labels = new GroupLabels($"each:{number}", "each", user) };

    private static IEnumerable<string> Budgets(Exposition told) =>
        told.Samples.Keys.Where(series => series.StartsWith("terrace_group_budget_bytes", StringComparison.Ordinal));

    [Fact]
    public void Shares_that_are_left_to_the_daemon_are_not_told_as_asked_for()
    {
        using MeasuredDaemon daemon = new();
        Exposition told = daemon.Scrape(
            MeasuredDaemon.Of("auto") with { Asked = Core.Units.FastShare.Auto },
            MeasuredDaemon.Of("size") with { Asked = Core.Units.FastShare.OfBytes(250 * 4096) });
        KeyValuePair<string, double> asked = Assert.Single(
            told.Samples, sample => sample.Key.StartsWith("terrace_group_asked_share", StringComparison.Ordinal));
        Assert.Equal(("terrace_group_asked_share_ratio{group=size,rule=rule of size}", 0.25), (asked.Key, asked.Value));
    }

    [Fact]
    public void Warnings_and_errors_are_counted_on_their_way_into_the_log()
    {
        using MeasuredDaemon daemon = new();
        daemon.Log.LogWarning("one");
        daemon.Log.LogError("two");
        daemon.Log.LogError("three");
        daemon.Log.LogInformation("four");
        Exposition told = daemon.Scrape();
        Assert.Equal(1, told.Samples["terrace_log_messages_total{level=warning}"]);
        Assert.Equal(2, told.Samples["terrace_log_messages_total{level=error}"]);
    }

    [Fact]
    public void What_is_turned_off_counts_nothing_and_forgets()
    {
        using MeasuredDaemon daemon = new MeasuredDaemon().Run(5);
        daemon.Book.TurnOff();
        daemon.Run(5);
        Assert.Equal(0, daemon.Book.Totals.Rounds);
        Assert.DoesNotContain(
            Exposition.Parse(System.Text.Encoding.UTF8.GetString(PrometheusText.Of(daemon.Reader.Read()))).Samples.Keys,
            series => series.Contains("group=", StringComparison.Ordinal));
    }
}
