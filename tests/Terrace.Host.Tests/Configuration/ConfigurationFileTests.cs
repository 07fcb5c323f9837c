using System.Text.Json;
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
    [InlineData("rulez: []", 1, "rulez", "did you mean 'rules'")]
    [InlineData("version: 2", 1, "version", "1")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, exe: x }", 3, "rules[0].match.exe", "executable")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: 140%", 4, "rules[0].fast", "140%")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: 0%", 4, "rules[0].fast", "0%")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: [1, 2]", 4, "rules[0].fast", "list")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    weight: heavy", 4, "rules[0].weight", "whole number")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    min: 4G\n    max: 2G", 4, "rules[0].min", "max")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: 8G\n    max: 2G", 4, "rules[0].fast", "between")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    exclude: true\n    fast: 10%", 5, "rules[0].fast", "exclude")]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas: [{ kind: heap, treat: hot, fast: 10% }]",
            4,
            "rules[0].areas[0]",
            "twice"),
    ]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas: [{ kind: heap, fast: auto }]",
            4,
            "rules[0].areas[0].fast",
            "leave the area out"),
    ]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas: [{ kind: heap, fast: 140% }]", 4, "rules[0].areas[0].fast", "140%"),
    ]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    per: user", 4, "rules[0].per", "process")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    class: best-effort\n    min: 1G", 4, "rules[0].class", "best-effort")]
    [InlineData("rules:\n  - name: a\n    match: {}", 3, "rules[0].match", "every process")]
    [InlineData("rules:\n  - name: a\n    match: { cgroup: system.slice }", 3, "rules[0].match.cgroup", "/system.slice")]
    [InlineData("rules:\n  - match: { user: x }", 2, "rules[0].name", "missing")]
    [InlineData("rules:\n  - { name: a, match: { user: x } }\n  - { name: a, match: { user: y } }", 3, "rules[1].name", "line 2")]
    [InlineData("rules:\n  - { name: a, match: { user: x } }\n  - { name: b, match: { user: x } }", 3, "rules[1].match", "line 2")]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas:\n      - { kind: heap }",
            5,
            "rules[0].areas[0]",
            "what is to be done"),
    ]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas:\n      - { kind: heap, file: x, treat: hot }",
            5,
            "rules[0].areas[0]",
            "twice"),
    ]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    areas:\n      - { range: 0x20-0x10, treat: hot }",
            5,
            "rules[0].areas[0].range",
            "before it begins"),
    ]
    [
        InlineData(
            "rules:\n  - name: a\n    match: { user: x }\n    override-placement: yes", 4, "rules[0].override-placement", "true nor false"),
    ]
    [InlineData("rules:\n  - nmae: a\n    match: { user: x }", 2, "rules[0].nmae", "did you mean 'name'?")]
    [InlineData("rules:\n  - name: a\n    match: { exe: x }", 3, "rules[0].match.exe", "did you mean 'executable'?")]
    [InlineData("rules:\n  - name: a\n    match: { program: x }", 3, "rules[0].match.program", "did you mean 'executable'?")]
    [InlineData("rules:\n  - name: a\n    match: { cmdline: x }", 3, "rules[0].match.cmdline", "did you mean 'command'?")]
    [InlineData("rules:\n  - name: a\n    matches: { user: x }", 3, "rules[0].matches", "did you mean 'match'?")]
    [InlineData("rules:\n  - name: a\n    match: { service: x }", 3, "rules[0].match.service", "did you mean 'unit'?")]
    [InlineData("rules:\n  - name: a", 2, "rules[0].match", "is missing")]
    [InlineData("rules:\n  - name: '12'\n    match: { user: x }", 2, "rules[0].name", "is a number")]
    [InlineData("rules:\n  - name: a\n    match: { user: [] }", 3, "rules[0].match.user", "is an empty list")]
    [InlineData("rules:\n  - name: a\n    match: { user: [x, [y]] }", 3, "rules[0].match.user", "an entry that is not a word")]
    [InlineData("rules:\n  - name: a\n    match: { uid: root }", 3, "rules[0].match.uid", "1000..1999")]
    [InlineData("rules:\n  - name: a\n    match: { gid: 5..4 }", 3, "rules[0].match.gid", "1000..1999")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, not: {} }", 3, "rules[0].match.not", "is empty")]
    [InlineData("rules:\n  - name: a\n    match: { not: { user: x } }", 3, "rules[0].match.not", "stands alone")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, not: { not: { user: y } } }", 3, "rules[0].match.not.not", "not known")]
    [
        InlineData(
            "rules:\n  - { name: a, match: { user: [x, y] } }\n  - { name: b, match: { user: [y, x] } }", 3, "rules[1].match", "line 2"),
    ]
    [InlineData("host: { max-stall: 100 }", 1, "host.max-stall", "write 100ms or 100s, or off")]
    [InlineData("host: { interval: 10 }", 1, "host.interval", "write 10ms or 10s")]
    [InlineData("host: { cpu-limit: 0.5 }", 1, "host.cpu-limit", "write 50% or 0.5%")]
    [InlineData("host: { cpu-limit: 3 }", 1, "host.cpu-limit", "write 3%")]
    [InlineData("host: { cpu-limit: 0 }", 1, "host.cpu-limit", "more than 0%, up to 100%")]
    [InlineData("host: { rate-limit: 100 }", 1, "host.rate-limit", "write 100MiB/s")]
    [InlineData("host: { back-off: { cpu: 80 } }", 1, "host.back-off.cpu", "write 80%, or off")]
    [InlineData("host: { back-off: { memory: 0.1 } }", 1, "host.back-off.memory", "write 10% or 0.1%, or off")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: 40", 4, "rules[0].fast", "write 40%, or 40MiB")]
    [InlineData("rules: 7", 1, "rules", "not a list")]
    [InlineData("host: 7", 1, "host", "not a section")]
    [InlineData("host: { interval: 1s..10ms }", 1, "host.interval", "shorter time first")]
    [InlineData("host:\n  metrics: 0.0.0.0:9464", 2, "host.metrics", "127.0.0.1:9464")]
    [InlineData("host: { metrics: 10.1.2.3:80 }", 1, "host.metrics", "127.0.0.1:80")]
    [InlineData("host: { metrics: 127.0.0.1 }", 1, "host.metrics", "a port")]
    [InlineData("host: { metrics: 127.0.0.1:0 }", 1, "host.metrics", "a port")]
    [InlineData("host: { metrics: 9464 }", 1, "host.metrics", "127.0.0.1:9464")]
    [InlineData("host: { metrics: /run/ }", 1, "host.metrics", "/run/terrace/metrics.sock")]
    [InlineData("host: { metrics: /run/terrace/metrics.sock, metrics-group: 'a b' }", 1, "host.metrics-group", "prometheus")]
    [InlineData("host: { metrics: 127.0.0.1:9464, metrics-group: prometheus }", 1, "host.metrics-group", "/run/terrace/metrics.sock")]
    [InlineData("host: { metrics-names: some }", 1, "host.metrics-names", "true")]
    [InlineData("host: { metrics: 127.0.0.1:99999 }", 1, "host.metrics", "a port")]
    [InlineData("host: { otlp: 127.0.0.1:4318 }", 1, "host.otlp", "http://127.0.0.1:4318")]
    [InlineData("host: { otlp: 'ftp://example.org' }", 1, "host.otlp", "http://127.0.0.1:4318")]
    [InlineData("host: { otlp: 'http://user:secret@localhost:4318' }", 1, "host.otlp", "OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("host: { otlp: 'http://localhost:4318?key=secret' }", 1, "host.otlp", "OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("host: { scans: 2 }", 1, "host.scans", "3 to 10")]
    [InlineData("host:\n  scans: 5\n  scans: 6", 3, "", "a second time")]
    [InlineData("host: { kernel: mine }", 1, "host.kernel", "leave, terrace, cooperate, kernel")]
    [InlineData("host: {", 1, "", "opens a bracket '{' that is not closed")]
    [InlineData("version: 1\n---\nversion: 1", 2, "", "second document")]
    [InlineData("version: x", 1, "version", "'x' is no version of this format — write 1, the only one so far, or leave it out")]
    [InlineData("host: { interval: 10ms...5s }", 1, "host.interval", "more than two dots between the times — write for example 10ms..1s")]
    [InlineData("host: { interval: 10ms....5s }", 1, "host.interval", "more than two dots")]
    [InlineData("rules:\n  - name: ~\n    match: { user: x }", 2, "rules[0].name",
        "'~' is no value: YAML takes it for nothing — write \"~\"")]
    [InlineData("rules:\n  - name:\n    match: { user: x }", 2, "rules[0].name", "has no value")]
    [InlineData("rules:\n  - name: a\n    match: { comm: null }", 3, "rules[0].match.comm", "write \"null\" if that word is meant")]
    [InlineData("rules:\n  - name: a\n    match: { comm: [x, Null] }", 3, "rules[0].match.comm", "write \"Null\" if that word is meant")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    fast: ~", 4, "rules[0].fast", "write 'fast: VALUE'")]
    [InlineData("rules:\n  - name: a\n    match: ~", 3, "rules[0].match", "is empty")]
    [InlineData("rules: [null]", 1, "rules[0]", "is an empty entry")]
    [InlineData("rules:\n  -", 2, "rules[0]", "is an empty entry")]
    [InlineData("rules: [7]", 1, "rules[0]", "is not a section")]
    [InlineData("rules: [[]]", 1, "rules[0]", "is a list where keys belong")]
    [InlineData("rules:\n  - name: a\n    match: [user]", 3, "rules[0].match", "is a list where keys belong")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, not: [a] }", 3, "rules[0].match.not", "is a list where keys belong")]
    [InlineData("rules:\n  - name: a\n    match: { not: [a] }", 3, "rules[0].match.not", "is a list where keys belong")]
    [InlineData("rules:\n  - name: a\n    match: { not: y }", 3, "rules[0].match.not", "is not a section")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    areas: [null]", 4, "rules[0].areas[0]", "is an empty entry")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    areas: [heap]", 4, "rules[0].areas[0]", "is not a section")]
    [InlineData("host: { back-off: [1] }", 1, "host.back-off", "is a list where keys belong")]
    [InlineData("rules:\n  - name: a\n    match:\n    user: x", 4, "rules[0].user", "belongs below 'match'")]
    [InlineData("{\"\": 1}", 1, "", "has an empty key")]
    [InlineData("host: { \"\": 1 }", 1, "host", "has an empty key")]
    [InlineData("rules:\n  - name: a\n    match { user: x }", 3, "rules[0].match", "has no colon after 'match' — write match: { user: x }")]
    [InlineData("rules:\n  - name: a\n    match: { user x }", 3, "rules[0].match.user", "has no colon after 'user' — write user: x")]
    [InlineData("rules:\n  - name: a\n    match: {user:x}", 3, "rules[0].match.user", "has no space after the colon — write user: x")]
    [InlineData("rules:\n  - name: a\n    match: { user = x }", 3, "rules[0].match.user", "has '=' where a colon belongs — write user: x")]
    [InlineData("rules:\n  - name: a\n    match: { user: {a, b} }", 3, "rules[0].match.user", "write a list: [a, b]")]
    [InlineData("rules:\n  - name: a\n    match: { user: a, b }", 3, "rules[0].match.b", "brackets of their own: [a, b]")]
    [InlineData("rules", 1, "", "has no colon after 'rules' — write 'rules:'")]
    [InlineData("host:\n  scans 5", 2, "host", "has no colon after 'scans' — write scans: 5")]
    [InlineData("rules::\n  - name: a\n    match: { user: x }", 1, "rules", "has two colons — write 'rules:'")]
    [InlineData("- name: a", 1, "", "write the key whose list it is in a line before it")]
    [InlineData("\u00a0\u00a0rules: []", 1, "\u00a0\u00a0rules", "has a no-break space (U+00A0)")]
    [InlineData("rules:\n  - name: a\n    match: { cgroup: $SLICE/x }", 3, "rules[0].match.cgroup", "variable $SLICE is not replaced here")]
    [InlineData("rules:\n  - name: a\n    match: { cgroup: ' /x' }", 3, "rules[0].match.cgroup",
        "begins or ends with a space — write '/x'")]
    public void What_is_wrong_is_named_with_line_key_and_fix(string text, long line, string key, string said)
    {
        Assert.Null(ConfigurationFile.Parse(File, text, out IReadOnlyList<ConfigurationProblem> problems));
        ConfigurationProblem problem = Assert.Single(problems);
        Assert.Equal((line, key), (problem.Line, problem.Key));
        Assert.Contains(said, problem.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Problem.Fix);
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
    public void All_that_is_wrong_is_said_at_once_in_the_order_of_the_file()
    {
        ConfigurationFile.Parse(
            File,
            "rules:\n  - name: a\n    match: { user: x }\n    fast: nonsense\n    weigth: 3\nhots: 1",
            out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Equal([4, 5, 6], problems.Select(problem => problem.Line));
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

    [Theory]
    [InlineData("host: { back-off: on }", "'on' is not known")]
    [InlineData("host: { back-off: { memory: 0% } }", "'0%' is out of range — write more than 0%, up to 100%, or off")]
    [InlineData("host: { back-off: { cpu: 101% } }", "'101%' is out of range")]
    [InlineData("host: { back-off: { max-hold: off } }", "'off' is not a duration")]
    [InlineData("host: { max-stall: 0 }", "'0' is out of range — write 1us to 1000d, or off")]
    public void Bad_bounds_are_told(string text, string problem)
    {
        ConfigurationFile.Parse(File, text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Contains(problem, Assert.Single(problems).ToString(), StringComparison.Ordinal);
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

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Nesting_without_end_is_a_problem_not_a_fault(string opening)
    {
        Assert.Null(
            ConfigurationFile.Parse(
                File, string.Concat(Enumerable.Repeat(opening, 100_000)), out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Single(problems);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem_not_a_fault()
    {
        Assert.Null(ConfigurationFile.Load("/no/such/file", out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Contains("/no/such/file: there is no such file", Assert.Single(problems).ToString(), StringComparison.Ordinal);
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

    [Fact]
    public void A_value_with_a_semicolon_is_quoted_whole()
    {
        const string Text = "rules:\n  - name: a\n    match: { user: x }\n    fast: '4; 5'";
        Assert.Null(ConfigurationFile.Parse(File, Text, out IReadOnlyList<ConfigurationProblem> problems));
        Problem problem = new("'4; 5' is neither a percentage nor a size", "write for example 40%, 2G or auto");
        Assert.Equal(new ConfigurationProblem(File, 4, "rules[0].fast", problem), Assert.Single(problems));
        Assert.Equal($"{File}:4: rules[0].fast: {problem.What} — {problem.Fix}", problems[0].ToString());
    }
}
