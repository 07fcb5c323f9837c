using Terrace.Cli.Control;
using Terrace.Cli.Terminal;
using Terrace.Host.Control;

namespace Terrace.Cli.Tests.Control;

public sealed class StatusTextTests
{
    private static readonly DaemonStatus s_status = new()
    {
        Program = "terrace 0.1.0",
        Configuration = "/etc/terrace/terrace.yaml",
        Rules = 1,
        Processes = 1,
        Groups = 1,
        CpuShare = 0.9,
        CpuLimit = 0.03,
        CpuShareLastMinute = 0.028,
        CpuCreditSeconds = 2.14,
        CpuCreditMaxSeconds = 10,
    };

    [Fact]
    public void The_limit_is_said_as_it_is_over_time_and_with_the_credit_that_is_left() => Assert.Contains(
        "last minute 2.8 % of one CPU, since the start 90.0 %; limit 3.0 % over time, 2.1 s of 10 s credit left\n",
        Written(s_status),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(-4.0, "credit used up: scans and moves wait for it")]
    [InlineData(null, "no limit")]
    public void Without_credit_or_without_a_limit_that_is_said(double? credit, string said) =>
        Assert.Contains(said, Written(s_status with { CpuCreditSeconds = credit }), StringComparison.Ordinal);

    [Fact]
    public void One_of_a_kind_is_singular_and_more_are_not()
    {
        Assert.Contains("1 process in 1 group;", Written(s_status), StringComparison.Ordinal);
        string many = Written(s_status with { Processes = 2, Groups = 3, Rules = 4 });
        Assert.Contains("2 processes in 3 groups;", many, StringComparison.Ordinal);
        Assert.Contains("4 rules", many, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_are_paused_are_said_and_the_version_is_as_people_know_it()
    {
        string text = Written(s_status with { Groups = 3, PausedGroups = 1, Program = "terrace 0.1.0+3f2504e04f8911d39a0c0305e82c3301" });
        Assert.Contains("in 3 groups, 1 of them paused (terrace resume); see terrace targets\n", text, StringComparison.Ordinal);
        Assert.StartsWith("terrace 0.1.0 (3f2504e04), process", text, StringComparison.Ordinal);
        Assert.DoesNotContain("paused", Written(s_status), StringComparison.Ordinal);
    }

    private static string Written(DaemonStatus status)
    {
        using StringWriter writer = new();
        StatusCommand.Write(new TextOutput(writer), status);
        return writer.ToString();
    }
}
