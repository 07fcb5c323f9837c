using Terrace.Host.Configuration;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleMatchTests
{
    private static readonly ProcessIdentity s_redis = new()
    {
        Pid = 4711,
        Comm = "redis-server",
        ParentPid = 1,
        ParentComm = "systemd",
        ParentExecutable = "/usr/lib/systemd/systemd",
        Cgroup = "/system.slice/redis-server.service",
        Executable = "/usr/bin/redis-server",
        Command = "/usr/bin/redis-server 127.0.0.1:6379",
        UserName = "redis",
        UserId = "104",
        GroupId = "112",
        Unit = "redis-server.service",
    };

    [Theory]
    [InlineData("cgroup: /system.slice/*", true)]
    [InlineData("{ cgroup: /system.slice/*, user: redis, command: '*:6379' }", true)]
    [InlineData("{ cgroup: /system.slice/*, user: root }", false)]
    [InlineData("user: 104", true)]
    [InlineData("unit: redis-serve?.service", true)]
    [InlineData("executable: redis-server", false)]
    [InlineData("executable: /usr/bin/Redis-server", false)]
    [InlineData("vm: '*'", false)]
    [InlineData("executable: [/usr/bin/valkey-server, /usr/bin/redis-server]", true)]
    [InlineData("{ executable: [/a, /usr/bin/redis-server], user: [root, www-data] }", false)]
    [InlineData("comm: redis-*", true)]
    [InlineData("parent: systemd", true)]
    [InlineData("parent: /usr/lib/systemd/*", true)]
    [InlineData("parent: 1", true)]
    [InlineData("parent: [cron, /usr/sbin/cron]", false)]
    [InlineData("uid: 104", true)]
    [InlineData("uid: 100..199", true)]
    [InlineData("uid: [0, 1000..1999]", false)]
    [InlineData("gid: 112", true)]
    [InlineData("gid: 0", false)]
    [InlineData("{ user: '*', not: { user: root } }", true)]
    [InlineData("{ user: '*', not: { user: [root, redis] } }", false)]
    [InlineData("{ user: '*', not: { user: root, comm: redis-server } }", false)]
    public void All_that_is_given_must_hold_and_one_of_a_list(string match, bool taken)
    {
        TargetRule rule = RuleOf(match);
        Assert.Equal(taken, rule.Takes(s_redis));
        Assert.Equal(taken, rule.WhyNot(s_redis) is null);
    }

    [Fact]
    public void Of_a_program_that_cannot_be_read_both_reasons_are_said()
    {
        ProcessIdentity first = new() { Pid = 1, Comm = "systemd", UserName = "root", UserId = "0" };
        Assert.Equal(
            "its executable cannot be read, and it is PID 1, which a rule takes only with include-system: true",
            RuleOf("executable: '*'").WhyNot(first));
        Assert.Equal("user is 'root', not 'redis'", RuleOf("user: redis").WhyNot(first));
    }

    [Theory]
    [InlineData("{ namespace: prod, pod-name: 'db-*' }", true)]
    [InlineData("{ namespace: test, pod-name: 'db-*' }", false)]
    [InlineData("{ namespace: prod, not: { pod-name: 'db-?' } }", false)]
    public void A_pod_is_taken_by_its_name_and_namespace(string match, bool taken) =>
        Assert.Equal(taken, RuleOf(match).Takes(s_redis with { Pod = "a", PodName = "db-0", Namespace = "prod" }));

    [Theory]
    [InlineData("executable: /bin/x", "executable is '/usr/bin/redis-server', not '/bin/x'")]
    [InlineData("{ user: redis, unit: [a.service, b.service] }", "unit is 'redis-server.service', not one of 'a.service', 'b.service'")]
    [InlineData("vm: web1", "it has no vm")]
    [InlineData("{ user: redis, not: { uid: 100..200 } }", "uid is '104', which 'not' leaves out")]
    public void Why_it_is_not_taken_is_said_of_the_first_condition_that_fails(string match, string said) =>
        Assert.Equal(said, RuleOf(match).WhyNot(s_redis));

    [Theory]
    [InlineData("PID 1", 1, "/usr/bin/my-init", "init", null)]
    [InlineData("the service manager", 900, "/usr/lib/systemd/systemd", "systemd", "/usr/lib/systemd/systemd --user")]
    [InlineData("sshd", 901, "/usr/sbin/sshd", "sshd", null)]
    [InlineData("sshd", 902, "/usr/lib/openssh/sshd-session", "sshd-session", null)]
    [InlineData("sshd", 903, null, "sshd", null)]
    [InlineData("Terrace itself", 904, "/usr/lib/terrace/terrace", "terrace", "/usr/bin/terrace daemon")]
    [InlineData("Terrace itself", 905, "/usr/bin/terrace", "terrace", "terrace manage --pid 1")]
    [InlineData(null, 906, "/usr/bin/terrace", "terrace", "terrace exercise --size 1G")]
    [InlineData(null, 907, "/usr/bin/sshd-like", "sshd-like", null)]
    [InlineData(null, 908, "/usr/bin/redis-server", "sshd", null)]
    public void What_keeps_the_host_reachable_is_taken_only_when_the_rule_says_so(
        string? role, int pid, string? executable, string comm, string? command)
    {
        ProcessIdentity process = new() { Pid = pid, Executable = executable, Comm = comm, Command = command, UserId = "0" };
        Assert.Equal(role is null, RuleOf("uid: 0").Takes(process));
        string? why = role is null ? null : $"it is {role}, which a rule takes only with include-system: true";
        Assert.Equal(why, RuleOf("uid: 0").WhyNot(process));
        Assert.True(RuleOf("uid: 0", "include-system: true").Takes(process));
        Assert.True(RuleOf("uid: 0", "exclude: true").Takes(process));
    }

    internal static TargetRule RuleOf(string match, string more = "priority: 0")
    {
        string text = $"rules:\n- {{ name: a, match: {(match.StartsWith('{') ? match : $"{{ {match} }}")}, {more} }}";
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out var problems);
        Assert.Empty(problems);
        return Assert.Single(read!.Rules);
    }
}
