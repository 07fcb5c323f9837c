using System.Text;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class ConfigurationFuzzTests
{
    private static readonly string[] s_hostKeys =
    [
        "cpu-limit",
        "rate-limit",
        "headroom",
        "interval",
        "scans",
        "kernel",
        "share-heat",
        "huge-pages",
        "dry-run",
        "zzz",
    ];
    private static readonly string[] s_ruleKeys =
    [
        "fast",
        "per",
        "min",
        "max",
        "weight",
        "priority",
        "class",
        "tracker",
        "scans",
        "interval",
        "rate-limit",
        "share-heat",
        "huge-pages",
        "dry-run",
        "exclude",
        "areas",
        "zzz",
    ];
    private static readonly string[] s_matchKeys =
    [
        "cgroup", "executable", "command", "user", "uid", "gid", "comm", "parent", "unit", "container", "pod", "pod-name", "namespace",
        "vm", "not",
    ];
    private static readonly string[] s_areaKeys = ["kind", "file", "memfd", "name", "range", "treat"];

    // At the limits of what numbers hold, just outside what formats accept, and what YAML itself gives a meaning to.
    private static readonly string[] s_values =
    [
        "40%", "2GiB", "auto", "true", "10ms..1s", "rule", "hot", "heap", "/a*", "0x1000-0x2000", "terrace", "5", "100MiB/s",
        "", "~", "null", "''", "-1", "-0", "0", "0%", "1e309%", "-1e309", "NaN%", "Infinity", "101%", "0.0000000001%",
        "99999999999999999999999", "9223372036854775807", "-9223372036854775808", "18446744073709551615G",
        "8E", "1e18s", "99999999999d", "1ms..", "..1s", "..", "1s..10ms", "106751991167d..106751991167d", "0x-0x",
        "0xffffffffffffffff-0x0", "-", "ffffffffffffffffff-1", "1/s", "/s", "G/s",
        "[1, 2]", "{ a: b }", "[[[[]]]]", "&a x", "*a", "!!binary x", "!!int 5", "\"\\u0000\"", "\"\\ud800\"", "|\n   x",
        "𝟙%", "٤٠%", "***********************************?", "<<",
    ];

    [Fact]
    public void Twenty_thousand_files_of_known_keys_with_strange_values_are_read_or_refused_with_a_fix()
    {
        Random random = new(5);
        int good = 0;
        for (int i = 0; i < 20_000; i++)
        {
            bool read = ConfigurationFile.Parse("terrace.yaml", Text(random), out IReadOnlyList<ConfigurationProblem> problems) is not null;
            Assert.Equal(read, problems.Count == 0);
            Assert.All(problems, problem => Assert.NotEmpty(problem.Problem.Fix));
            good += read ? 1 : 0;
        }

        // Of which some must be good, or nothing behind the first refusal was tried.
        Assert.InRange(good, 100, 19_000);
    }

    [Fact]
    public void A_small_file_that_names_much_again_and_again_is_refused_before_it_becomes_large()
    {
        StringBuilder text = new("rules:\n  - name: r\n    match: { user: u }\n    areas: &all\n");
        for (int i = 0; i < 10_000; i++)
        {
            text.Append("      - { kind: heap, treat: hot }\n");
        }

        for (int i = 0; i < 10_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  - {{ name: r{i}, match: {{ user: u{i} }}, areas: *all }}\n");
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(ConfigurationFile.Parse("terrace.yaml", text.ToString(), out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Contains("alias", Assert.Single(problems).ToString(), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public void A_few_aliases_are_good()
    {
        DaemonConfiguration? configuration = ConfigurationFile.Parse(
            "terrace.yaml",
            "rules:\n  - { name: a, match: { user: a }, areas: &stacks [{ kind: stack, treat: hot }] }\n  - { name: b, match: { user: b "
                + "}, areas: *stacks }\n",
            out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        Assert.Equal(configuration!.Rules[0].Areas, configuration.Rules[1].Areas);
    }

    private static string Text(Random random)
    {
        StringBuilder text = new();
        if (random.Next(2) == 0)
        {
            Section(random, text, "host:\n", "  ", s_hostKeys, 3);
        }

        if (random.Next(3) == 0)
        {
            Section(random, text, "defaults:\n", "  ", s_ruleKeys, 2);
        }

        text.Append("rules:\n");
        for (int rule = random.Next(3); rule > 0; rule--)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  - name: r{rule}\n");
            Section(random, text, "    match:\n", "      ", s_matchKeys, 2);
            Section(random, text, "", "    ", s_ruleKeys, 2);
            if (random.Next(3) == 0)
            {
                text.Append("    areas:\n      -\n");
                Section(random, text, "", "        ", s_areaKeys, 2);
            }
        }

        return text.ToString();
    }

    private static void Section(Random random, StringBuilder text, string head, string indent, string[] keys, int most)
    {
        text.Append(head);
        for (int key = random.Next(1, most + 1); key > 0; key--)
        {
            text.Append(indent)
                .Append(keys[random.Next(keys.Length)])
                .Append(": ")
                .Append(s_values[random.Next(random.Next(2) == 0 ? 13 : s_values.Length)])
                .Append('\n');
        }
    }
}
