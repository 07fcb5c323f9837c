using System.Diagnostics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class ProcessClockTests
{
    [Fact]
    public void The_time_of_a_process_grows_while_it_runs_and_stands_still_while_it_sleeps()
    {
        long before = ProcessClock.NanosecondsOf(Environment.ProcessId)!.Value;
        Assert.True(SpinWait.SpinUntil(
            () => ProcessClock.NanosecondsOf(Environment.ProcessId) > before + 1_000_000, TimeSpan.FromSeconds(30)));
        using Process sleeper = Process.Start("sleep", "600");
        try
        {
            long? at = null;
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    long? last = at;
                    Thread.Sleep(50);
                    return (at = ProcessClock.NanosecondsOf(sleeper.Id)) == last && at > 0;
                },
                TimeSpan.FromSeconds(30)));
            Assert.Equal(at, ProcessClock.NanosecondsOf(sleeper.Id));
        }
        finally
        {
            sleeper.Kill();
            sleeper.WaitForExit();
        }

        Assert.Null(ProcessClock.NanosecondsOf(int.MaxValue / 16));
    }
}
