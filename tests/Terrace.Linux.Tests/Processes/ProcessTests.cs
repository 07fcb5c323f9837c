using System.Diagnostics;
using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessTests
{
    [Fact]
    public void A_pidfd_tells_a_living_process_from_one_that_exited()
    {
        using Process sleep = Process.Start("sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(sleep.Id, out PidFd? pidFd));
        using (pidFd)
        {
            Assert.True(pidFd!.IsAlive);
            sleep.Kill();
            Assert.True(pidFd.WaitForExit(TimeSpan.FromSeconds(10)));
            Assert.False(pidFd.IsAlive);
        }
    }

    [Fact]
    public void A_process_that_is_not_there_is_an_error_number() => Assert.Equal(Errno.ESRCH, PidFd.TryOpen(int.MaxValue, out _));

    [Fact]
    public void Children_and_their_children_are_found()
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sh -c 'sleep 60; true'; true"]))!;
        List<int> found = [];
        SpinWait.SpinUntil(
            () =>
            {
                ProcessTree.Descendants(shell.Id, found);
                return found.Count == 2;
            },
            TimeSpan.FromSeconds(10));
        shell.Kill(entireProcessTree: true);
        Assert.Equal(2, found.Count);
    }

    [Theory]
    [InlineData("4194304", false)]
    [InlineData("4228356", true)]
    public void A_process_that_ends_is_known_by_its_flags(string flags, bool isExiting) =>
        Assert.Equal(isExiting, ProcessStat.TryParse(Encoding.ASCII.GetBytes($"42 (a) S 7 42 42 0 -1 {flags} 0 0"))!.IsExiting);

    [Fact]
    public void A_name_may_hold_parentheses_and_spaces()
    {
        ProcessStat stat = ProcessStat.TryParse(Encoding.ASCII.GetBytes("42 (a) R (b c) S 7 42 42 0 -1 2129984 0 0"))!;
        Assert.Equal(new ProcessStat("a) R (b c", 'S', 7, true), stat);
        Assert.Null(ProcessStat.TryParse("42 (a"u8));
    }
}
