using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleWarningsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("terrace-warnings-").FullName;

    public RuleWarningsTests()
    {
        Directory.CreateDirectory(_root + "/usr/bin");
        File.WriteAllText(_root + "/usr/bin/java-21", "");
        File.CreateSymbolicLink(_root + "/usr/bin/java", "java-21");
        File.CreateSymbolicLink(_root + "/bin", "usr/bin");
        Directory.CreateDirectory(_root + "/usr/lib/systemd/system");
        File.WriteAllText(_root + "/usr/lib/systemd/system/cron.service", "");
        File.WriteAllText(_root + "/usr/lib/systemd/system/redis@.service", "");
        Directory.CreateDirectory(_root + "/etc");
        File.WriteAllText(_root + "/etc/passwd", "root:x:0:0::/root:/bin/sh\nredis:x:104:112::/:/bin/false\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("executable: ROOT/bin/java-21", "'ROOT/bin/java-21' is a symlink to ROOT/usr/bin/java-21", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: ROOT/usr/bin/java", "'ROOT/usr/bin/java' is a symlink to ROOT/usr/bin/java-21",
        "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: ROOT/bin/jav*", "'ROOT/bin' is a symlink to ROOT/usr/bin", "write 'ROOT/usr/bin/jav*'")]
    [InlineData("executable: [/x, ROOT/bin/java]", "'ROOT/bin/java' is a symlink to ROOT/usr/bin/java-21", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: no-such-program", "'no-such-program' never matches", "write '*/no-such-program'")]
    [InlineData("executable: bin/x*", "'bin/x*' never matches", "write '*/bin/x*'")]
    [InlineData("unit: cron", "'cron' never matches", "write 'cron.service'")]
    [InlineData("unit: crond.service", "there is no unit 'crond.service' on this host", "see systemctl list-unit-files for its name")]
    [InlineData("comm: a-name-of-17-byte", "'a-name-of-17-byte' never matches", "write 'a-name-of-17-by'")]
    [InlineData("user: gandalf", "'gandalf' never matches", "write the user's number")]
    [InlineData("cgroup: /system.slice/", "'/system.slice/' never matches", "write '/system.slice' or '/system.slice/*'")]
    [InlineData("executable: /usr/sbin/sshd", "'/usr/sbin/sshd' is sshd", "write include-system: true in the rule, or remove it")]
    [InlineData("comm: systemd", "'systemd' is the service manager", "write include-system: true in the rule, or remove it")]
    [InlineData("executable: '*'", "takes every process of the host but PID 1, the service manager, sshd and Terrace itself",
        "narrow it, or exclude others in rules before it")]
    public void A_rule_that_will_not_do_what_it_says_is_named_with_its_line_and_fix(string match, string what, string fix)
    {
        ConfigurationProblem warning = Assert.Single(Warnings(match));
        Assert.True(warning.IsWarning);
        Assert.Equal(2, warning.Line);
        Assert.Contains(what.Replace("ROOT", _root, StringComparison.Ordinal), warning.Problem.What, StringComparison.Ordinal);
        Assert.Equal(fix.Replace("ROOT", _root, StringComparison.Ordinal), warning.Problem.Fix);
        Assert.StartsWith("f:2: warning: rule 'a'", warning.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("executable: ROOT/usr/bin/java-21")]
    [InlineData("executable: ROOT/usr/bin/*")]
    [InlineData("executable: '*/redis-server'")]
    [InlineData("executable: /opt/app-that-is-only-in-a-container")]
    [InlineData("unit: cron.service")]
    [InlineData("unit: redis@6380.service")]
    [InlineData("unit: session-4.scope")]
    [InlineData("unit: 'redis*'")]
    [InlineData("comm: a-name-of-15-by")]
    [InlineData("user: [root, 1234, 'www*']")]
    [InlineData("{ executable: '*', user: redis }")]
    public void What_may_match_is_not_warned_of(string match) => Assert.Empty(Warnings(match));

    [Fact]
    public void On_a_host_without_systemd_nothing_is_said_of_units_that_it_cannot_know()
    {
        Directory.Delete(_root + "/usr/lib/systemd", recursive: true);
        Assert.Empty(Warnings("unit: crond.service"));
    }

    [Fact]
    public void Links_that_lead_in_a_circle_are_no_program()
    {
        File.CreateSymbolicLink(_root + "/usr/bin/circle", "circle");
        Assert.Null(new RealPaths().Of(_root + "/usr/bin/circle"));
        Assert.Empty(Warnings("executable: ROOT/usr/bin/circle"));
    }

    [Fact]
    public void A_rule_that_is_covered_is_warned_of_once_and_names_the_one_before()
    {
        DaemonConfiguration read = Read(
            "rules:\n- { name: a, match: { user: root } }\n- { name: b, match: { user: root, unit: nonsense } }");
        Assert.Equal(
            "f:3: warning: rule 'b': never applies: rule 'a' (f:2) comes first and takes all that it could"
                + " — move it before that rule, or remove it",
            Assert.Single(RuleWarnings.Of(read, _root)).ToString());
    }

    private static DaemonConfiguration Read(string text)
    {
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return read!;
    }

    private IReadOnlyList<ConfigurationProblem> Warnings(string match)
    {
        match = match.Replace("ROOT", _root, StringComparison.Ordinal);
        return RuleWarnings.Of(
            Read($"rules:\n- {{ name: a, match: {(match.StartsWith('{') ? match : $"{{ {match} }}")} }}"), _root);
    }
}
