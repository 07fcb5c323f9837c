using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

/// <summary>What is wrong with a configuration file is said with its place and a fix.</summary>
public sealed class ConfigurationProblemTests
{
    private const string File = "terrace.yaml";

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
    [InlineData("rules:\n  - name: null\n    match: { user: x }", 2, "rules[0].name", "write \"null\" if that word is meant, or another")]
    [InlineData("rules:\n  - name: true\n    match: { user: x }", 2, "rules[0].name", "write \"true\"")]
    [InlineData("rules:\n  - name: a\n    match: { executable: \"/usr/bin/\\0\" }", 3, "rules[0].match.executable", "NUL")]
    [InlineData("rules:\n  - name: a\n    match: { parent: [b, \"/usr/bin/\\0\"] }", 3, "rules[0].match.parent", "NUL")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, not: { comm: \"\\0\" } }", 3, "rules[0].match.not.comm", "NUL")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    areas: [{ file: \"\\0\", treat: hot }]", 4,
        "rules[0].areas[0].file", "NUL")]
    [InlineData("rules:\n  - name: a\n    match: { uid: 4294967296 }", 3, "rules[0].match.uid", "write numbers from 0 to 4294967295")]
    [InlineData("rules:\n  - name: a\n    match: { gid: 1999..1000 }", 3, "rules[0].match.gid", "ends before it begins")]
    [InlineData("rules:\n  - name: a\n    match: { name: x }", 3, "rules[0].match.name", "did you mean 'comm'")]
    [InlineData("rules:\n  - name: a\n    match: { user: x, pid: 5 }", 3, "rules[0].match.pid", "there are cgroup")]
    [InlineData("rules:\n  - name: a\n    match: { user: x }\n    share: 5%", 4, "rules[0].share", "did you mean 'fast'")]
    [InlineData("host: { metrics: \"127.0.0.1:70000\" }", 1, "host.metrics", "write 1 to 65535")]
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
    [InlineData("rules:\n  - name: a\n    match: { gid: 5..4 }", 3, "rules[0].match.gid", "write the lower number first")]
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
    [InlineData("host: { metrics: 127.0.0.1:0 }", 1, "host.metrics", "write 1 to 65535")]
    [InlineData("host: { metrics: 9464 }", 1, "host.metrics", "127.0.0.1:9464")]
    [InlineData("host: { metrics: /run/ }", 1, "host.metrics", "/run/terrace/metrics.sock")]
    [InlineData("host: { metrics: /run/terrace/metrics.sock, metrics-group: 'a b' }", 1, "host.metrics-group", "prometheus")]
    [InlineData("host: { metrics: 127.0.0.1:9464, metrics-group: prometheus }", 1, "host.metrics-group", "/run/terrace/metrics.sock")]
    [InlineData("host: { metrics-names: some }", 1, "host.metrics-names", "true")]
    [InlineData("host: { metrics: 127.0.0.1:99999 }", 1, "host.metrics", "write 1 to 65535")]
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
    [InlineData("rules:\n  - name: a\n    match { user: x }", 3, "rules[0].match",
        "has no colon after 'match' — write match: { user: x }")]
    [InlineData("rules:\n  - name: a\n    match: { user x }", 3, "rules[0].match.user", "has no colon after 'user' — write user: x")]
    [InlineData("rules:\n  - name: a\n    match: {user:x}", 3, "rules[0].match.user", "has no space after the colon — write user: x")]
    [InlineData("rules:\n  - name: a\n    match: { user = x }", 3, "rules[0].match.user",
        "has '=' where a colon belongs — write user: x")]
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

    [Fact]
    public void All_that_is_wrong_is_said_at_once_in_the_order_of_the_file()
    {
        ConfigurationFile.Parse(
            File,
            "rules:\n  - name: a\n    match: { user: x }\n    fast: nonsense\n    weigth: 3\nhots: 1",
            out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Equal([4, 5, 6], problems.Select(problem => problem.Line));
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
