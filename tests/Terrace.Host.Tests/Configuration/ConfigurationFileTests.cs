using System.Text.Json;
using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Files;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    private const string File = "terrace.yaml";

    [Fact]
    public void Tiers_that_the_machine_cannot_have_are_named_with_file_line_and_key()
    {
        DaemonConfiguration configuration = Good("""
            version: 1
            host:
              scans: 4
              tiers: 0/1-2
            """);
        Assert.Equal("0/1-2", configuration.Tiers?.ToString());
        MemoryNode[] nodes = [.. Enumerable.Range(0, 2).Select(id => new MemoryNode(id, 1 << 30, [], new Dictionary<int, int>()))];
        Assert.EndsWith(
            ":4: host.tiers: there is no node 2 — nodes with memory here: 0-1",
            configuration.ProblemOn(new Topology(nodes))?.ToString(),
            StringComparison.Ordinal);
        Assert.Null(configuration.ProblemOn(new Topology([.. nodes, nodes[0] with { Id = 2 }])));

        // A daemon starts without a node that can come, and what is in force already may be read again meanwhile.
        Assert.Null(configuration.ProblemEverOn(new Topology(nodes), [0, 1, 2]));
        Assert.EndsWith(
            ":4: host.tiers: there is no node 2, and none can come — nodes with memory here: 0-1",
            configuration.ProblemEverOn(new Topology(nodes), [0, 1])?.ToString(),
            StringComparison.Ordinal);
        Assert.NotNull(configuration.ProblemOfReloadOn(new Topology(nodes)));
        Assert.Null(configuration.ProblemOfReloadOn(new Topology(nodes, configuration.Tiers)));
    }

    [Theory]
    [InlineData("0", "has no slow tier")]
    [InlineData("0,1/1", "node 1 is named twice")]
    [InlineData("dram/cxl", "is not a choice of tiers")]
    [InlineData("[[0], [1]]", "tiers")]
    public void Tiers_that_make_no_sense_are_refused(string text, string words)
    {
        ConfigurationFile.Parse("f", $"version: 1\nhost:\n  tiers: {text}\n", out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Contains(words, Assert.Single(problems).ToString(), StringComparison.Ordinal);
        Assert.Equal(3, problems[0].Line);
    }

    [Fact]
    public void A_rule_has_what_it_says_then_what_the_defaults_section_says_then_what_is_built_in()
    {
        DaemonConfiguration configuration = Good("""
            version: 1
            host: { cpu-limit: 5%, rate-limit: 100MiB/s, interval: 20ms..2s, scans: 4, headroom: 2% }
            defaults: { weight: 50, tracker: page-tables, fast: 30% }
            rules:
              - name: redis
                match: { executable: /usr/bin/redis-server, user: redis }
                fast: 40%
                min: 1GiB
                max: 4GiB
                rate-limit: 10MiB/s
                areas:
                  - { kind: stack, treat: hot }
                  - { memfd: "cache*", treat: cold }
                  - { range: 0x1000-0x3000, treat: ignore }
                  - { name: index, fast: 80% }
              - name: rest
                match: { cgroup: /user.slice/* }
            """);
        Assert.Equal(0.05, configuration.Tiering.CpuLimit);
        Assert.Equal(100L << 20, configuration.Tiering.RateLimitBytesPerSecond);
        Assert.Equal(TimeSpan.FromMilliseconds(20), configuration.Tiering.MinInterval);
        Assert.Equal(4, configuration.Tiering.ScansPerRound);
        TargetRule redis = configuration.Rules[0];
        Assert.Equal(
            (FastShare.OfPages(0.4), 1L << 30, 4L << 30, 50, TrackerChoice.PageTables, 10L << 20),
            (redis.Fast, redis.MinBytes, redis.MaxBytes, redis.Weight, redis.Tracker, redis.RateLimitBytesPerSecond!.Value));
        Assert.Equal(
            [
                new AreaRule(AreaKind.Stack, null, 0, 0, new MappingRule(MappingTreatment.Hot)),
                new AreaRule(AreaKind.Memfd, "cache*", 0, 0, new MappingRule(MappingTreatment.Cold)),
                new AreaRule(AreaKind.Range, null, 0x1000, 0x3000, new MappingRule(MappingTreatment.Ignored)),
                new AreaRule(
                    AreaKind.AnonymousName,
                    "index",
                    0,
                    0,
                    new MappingRule(MappingTreatment.ByHeat, new FastArea("index", FastShare.OfPages(0.8)))),
            ],
            redis.Areas);
        Assert.Equal(
            (FastShare.OfPages(0.3), 50, 0L),
            (configuration.Rules[1].Fast, configuration.Rules[1].Weight, configuration.Rules[1].MinBytes));
    }

    [Theory]
    [InlineData("version: 1", null)]
    [InlineData("host: { kernel: leave }", null)]
    [InlineData("host: { kernel: terrace }", "terrace")]
    [InlineData("host: { kernel: cooperate }", "cooperate")]
    [InlineData("host: { kernel: kernel }", "kernel")]
    public void The_kernel_is_left_alone_unless_a_mode_is_named(string text, string? mode) => Assert.Equal(mode, Good(text).Kernel?.Name);

    [Theory]
    [InlineData("host: { cpu-limit: 3% }", false)]
    [InlineData("host: { kernel: terrace }", false)]
    [InlineData("host: { kernel: cooperate }", true)]
    [InlineData("host: { kernel: cooperate, share-heat: false }", false)]
    [InlineData("host: { share-heat: true }", true)]
    public void Heat_is_shared_with_the_kernel_only_where_the_mode_or_the_key_says_so(string text, bool shared) =>
        Assert.Equal(shared, Good(text).Tiering.ShareHeat);

    [Fact]
    public void A_rule_may_share_heat_where_the_host_does_not_and_the_other_way_round()
    {
        DaemonConfiguration configuration = Good("""
            defaults: { share-heat: true }
            rules:
              - { name: a, match: { user: a } }
              - { name: b, match: { user: b }, share-heat: false }
            """);
        Assert.Equal([true, false], configuration.Rules.Select(rule => rule.ShareHeat));
        Assert.Null(Assert.Single(Good("rules: [{ name: a, match: { user: a } }]").Rules).ShareHeat);
    }

    [Fact]
    public void Uneven_huge_pages_are_split_unless_the_host_or_a_rule_says_otherwise()
    {
        DaemonConfiguration configuration = Good("""
            host: { huge-pages: keep }
            rules:
              - { name: a, match: { user: a }, huge-pages: split }
              - { name: b, match: { user: b } }
            """);
        Assert.Equal(HugePagePolicy.Keep, configuration.Tiering.HugePages);
        Assert.Equal([HugePagePolicy.Split, null], configuration.Rules.Select(rule => rule.HugePages));
        Assert.Equal(HugePagePolicy.Split, Good("host: { scans: 5 }").Tiering.HugePages);
    }

    [Fact]
    public void Metrics_go_nowhere_unless_the_host_says_where()
    {
        Assert.Equal((null, null), (Good("rules: []").MetricsAddress, Good("rules: []").Collector));
        DaemonConfiguration configuration = Good("host: { metrics: 127.0.0.1:9464, otlp: http://127.0.0.1:4318 }");
        Assert.Equal(
            ("127.0.0.1:9464", "http://127.0.0.1:4318/"), (configuration.MetricsAddress!.ToString(), configuration.Collector!.ToString()));
        DaemonConfiguration secured = Good("host: { otlp: 'https://collector.example.org/tenant' }");
        Assert.Equal("https://collector.example.org/tenant", secured.Collector!.ToString());
        configuration = Good("host: { metrics: /run/terrace/metrics.sock, metrics-group: prometheus, metrics-names: false }");
        Assert.Equal(
            ("/run/terrace/metrics.sock", "prometheus", false),
            (configuration.MetricsAddress!.ToString(), configuration.MetricsGroup, configuration.MetricsNames));
        Assert.True(Good("rules: []").MetricsNames);
        Assert.Equal("[::1]:9464", Good("host: { metrics: '[::1]:9464' }").MetricsAddress!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("rules:")]
    [InlineData("rules: null")]
    [InlineData("host: ~")]
    [InlineData("~")]
    [InlineData("version: 1\n...\n")]
    [InlineData("rules: [{ name: \"null\", match: { comm: ['~', \"Null\", !!str null] } }]")]
    [InlineData("""{"version": 1, "rules": [{"name": "a", "match": {"user": "x"}}]}""")]
    public void Empty_files_and_json_are_good(string text) => Good(text);

    [Fact]
    public void The_example_is_good_and_uses_every_kind_of_section()
    {
        DaemonConfiguration configuration = Good(Resource("terrace.yaml"));
        Assert.True(configuration.Rules.Count >= 4);
        Assert.Contains(configuration.Rules, rule => rule.Exclude);
        Assert.Contains(configuration.Rules, rule => rule.Areas.Count > 0);
    }

    [Fact]
    public void Back_off_is_on_unless_it_is_off_and_each_of_its_reasons_can_be()
    {
        Assert.Equal(new BackOffOptions(), Good("version: 1").Tiering.BackOff);
        Assert.Null(Good("host: { back-off: off }").Tiering.BackOff);
        Assert.Equal(
            new BackOffOptions { HostMemory = 0.05, HostCpu = double.PositiveInfinity, MaxHold = TimeSpan.FromMinutes(3) },
            Good("host: { back-off: { memory: 5%, cpu: off, max-hold: 3m } }").Tiering.BackOff);
    }

    [Fact]
    public void The_longest_stall_is_the_hosts_unless_a_rule_says_otherwise()
    {
        DaemonConfiguration configuration = Good(
            "host: { max-stall: 50ms }\nrules:\n- { name: a, match: { user: x } }\n- { name: b, match: { user: y }, max-stall: off }");
        Assert.Equal(TimeSpan.FromMilliseconds(50), configuration.Tiering.MaxStall);
        Assert.Equal([null, TimeSpan.MaxValue], configuration.Rules.Select(rule => rule.MaxStall));
    }

    [Fact]
    public void The_schema_knows_exactly_the_keys_that_the_reader_knows()
    {
        using JsonDocument schema = JsonDocument.Parse(Resource("terrace.schema.json"));
        JsonElement root = schema.RootElement.GetProperty("properties");
        JsonElement rule = root.GetProperty("rules").GetProperty("items").GetProperty("properties");
        JsonElement area = schema.RootElement.GetProperty("$defs").GetProperty("areas").GetProperty("items").GetProperty("properties");
        Assert.Equal(Known("zzz: 1"), Keys(root));
        Assert.Equal(Known("host: { zzz: 1 }"), Keys(root.GetProperty("host").GetProperty("properties")));
        JsonElement backOff = root.GetProperty("host")
            .GetProperty("properties")
            .GetProperty("back-off")
            .GetProperty("oneOf")[1].GetProperty("properties");
        Assert.Equal(Known("host: { back-off: { zzz: 1 } }"), Keys(backOff));
        Assert.Equal(Known("defaults: { zzz: 1 }"), Keys(root.GetProperty("defaults").GetProperty("properties")));
        Assert.Equal(Known("rules: [{ name: a, match: { user: x }, zzz: 1 }]"), Keys(rule));
        Assert.Equal(Known("rules: [{ name: a, match: { user: x, zzz: 1 } }]"), Keys(rule.GetProperty("match").GetProperty("properties")));
        Assert.Equal(Known("rules: [{ name: a, match: { user: x }, areas: [{ kind: heap, treat: hot, zzz: 1 }] }]"), Keys(area));
    }

    [Fact]
    public void Any_text_is_read_without_a_fault()
    {
        string example = Resource("terrace.yaml");
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            char[] text = example.ToCharArray();
            for (int change = random.Next(1, 20); change > 0; change--)
            {
                text[random.Next(text.Length)] = (char)random.Next(seed % 3 == 0 ? 0x2fff : 128);
            }

            ConfigurationFile.Parse(File, new string(text, 0, random.Next(text.Length)), out IReadOnlyList<ConfigurationProblem> problems);
            Assert.All(problems, problem => Assert.NotEmpty(problem.Problem.Fix));
        }
    }

    private static DaemonConfiguration Good(string text)
    {
        DaemonConfiguration? configuration = ConfigurationFile.Parse(File, text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return configuration!;
    }

    private static string[] Known(string text)
    {
        ConfigurationFile.Parse(File, text, out IReadOnlyList<ConfigurationProblem> problems);
        string fix = problems.Single(problem => problem.Key.EndsWith("zzz", StringComparison.Ordinal)).Problem.Fix;
        return [.. fix["there are ".Length..].Split(", ").Order(StringComparer.Ordinal)];
    }

    private static string[] Keys(JsonElement properties) =>
        [.. properties.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];

    private static string Resource(string name)
    {
        using StreamReader reader = new(typeof(ConfigurationFile).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
