using System.Diagnostics;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ExitWatchTests
{
    [Fact]
    public void It_says_so_from_an_exit_on_until_that_processs_descriptor_is_closed()
    {
        using ExitWatch watch = new();
        using Process stays = Process.Start("sleep", "1000");
        using Process ends = Process.Start("sleep", "1000");
        try
        {
            Assert.Equal(0, PidFd.TryOpen(stays.Id, out PidFd? staying));
            Assert.Equal(0, PidFd.TryOpen(ends.Id, out PidFd? ending));
            using (staying)
            {
                using (ending)
                {
                    watch.Add(staying!);
                    watch.Add(ending!);
                    Assert.False(watch.MayHaveExits);
                    ends.Kill();
                    Assert.True(ending!.WaitForExit(TimeSpan.FromSeconds(20)));
                    Assert.True(watch.MayHaveExits);
                    Assert.True(watch.MayHaveExits);
                    int[] pids = new int[8];
                    Assert.Equal([ends.Id], pids[..watch.Take(pids)]);
                }

                Assert.Equal(0, watch.Take(new int[8]));

                Assert.False(watch.MayHaveExits);
            }
        }
        finally
        {
            stays.Kill();
        }
    }

    [Fact]
    public void Who_cannot_be_watched_may_have_exited_at_any_time()
    {
        using ExitWatch watch = new();
        using Process process = Process.Start("sleep", "1000");
        try
        {
            Assert.Equal(0, PidFd.TryOpen(process.Id, out PidFd? pidFd));
            using (pidFd)
            {
                watch.Add(pidFd!);
                Assert.False(watch.MayHaveExits);

                // The kernel takes each descriptor once (EEXIST).
                watch.Add(pidFd!);
                Assert.True(watch.MayHaveExits);
            }
        }
        finally
        {
            process.Kill();
        }
    }
}
