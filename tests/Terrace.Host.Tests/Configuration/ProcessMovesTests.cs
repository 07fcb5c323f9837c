using Terrace.Host.Configuration;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Configuration;

public sealed class ProcessMovesTests
{
    [Fact]
    public void Processes_that_change_hands_are_named_by_where_they_come_from_and_go_to()
    {
        DaemonConfiguration before = Of("""
            rules:
            - { name: all, match: { user: x } }
            """);
        DaemonConfiguration after = Of("""
            rules:
            - { name: spared, match: { comm: spared }, exclude: true }
            - { name: loud, match: { comm: loud } }
            - { name: all, match: { user: x } }
            """);
        IEnumerable<ProcessIdentity> processes =
        [
            new() { Pid = 1, Comm = "stays", UserName = "x" },
            new() { Pid = 2, Comm = "spared", UserName = "x" },
            new() { Pid = 3, Comm = "other", UserName = "y" },
            .. Enumerable.Range(10, 7).Select(pid => new ProcessIdentity { Pid = pid, Comm = "loud", UserName = "y" }),
        ];
        Assert.Equal(
            [
                "> 1 process: all -> spared (excludes) (2 spared)",
                "> 7 processes: no rule -> loud (10 loud, 11 loud, 12 loud, 13 loud, 14 loud, …)",
            ],
            ProcessMoves.Between(before, after, processes));
        Assert.Empty(ProcessMoves.Between(after, after, processes));
    }

    private static DaemonConfiguration Of(string text) =>
        ConfigurationFile.Parse("f", text, out _) ?? throw new InvalidOperationException(text);
}
