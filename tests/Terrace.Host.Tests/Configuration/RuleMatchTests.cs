using Terrace.Host.Configuration;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleMatchTests
{
    private static readonly ProcessIdentity Redis = new()
    {
        Cgroup = "/system.slice/redis-server.service",
        Executable = "/usr/bin/redis-server",
        Command = "/usr/bin/redis-server 127.0.0.1:6379",
        UserName = "redis",
        UserId = "104",
        Unit = "redis-server.service",
    };

    [Fact]
    public void All_that_is_given_must_hold()
    {
        Assert.True(new RuleMatch { Cgroup = "/system.slice/*" }.Matches(Redis));
        Assert.True(new RuleMatch { Cgroup = "/system.slice/*", User = "redis", Command = "*:6379" }.Matches(Redis));
        Assert.False(new RuleMatch { Cgroup = "/system.slice/*", User = "root" }.Matches(Redis));
        Assert.True(new RuleMatch { User = "104" }.Matches(Redis));
        Assert.True(new RuleMatch { Unit = "redis-serve?.service" }.Matches(Redis));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("web*")]
    public void What_a_process_has_not_matches_nothing(string pattern) => Assert.False(new RuleMatch { Vm = pattern }.Matches(Redis));

    [Fact]
    public void Case_and_the_whole_text_count()
    {
        Assert.False(new RuleMatch { Executable = "redis-server" }.Matches(Redis));
        Assert.False(new RuleMatch { Executable = "/usr/bin/Redis-server" }.Matches(Redis));
    }
}
