using System.Diagnostics;
using System.Text;
using Terrace.Linux.Processes;
using Terrace.Tests;

namespace Terrace.Linux.Tests.Processes;

public sealed class SleepMarkTests
{
    [Fact]
    public void One_thread_that_sleeps_keeps_its_mark_until_it_runs_again()
    {
        using Process child = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        SleepMark before = Settled(child.Id);
        SleepMark? after = null;
        Assert.Equal(0, Garbage.Of(() => after = SleepMark.Of(child.Id)));
        Assert.Equal(before, after);

        child.StandardInput.WriteLine("wake up");
        child.StandardInput.Flush();
        Assert.Equal("wake up", child.StandardOutput.ReadLine());
        SleepMark woken = Settled(child.Id);
        Assert.True(woken.Runs > before.Runs && woken.RunNanoseconds >= before.RunNanoseconds);
        child.Kill();
        child.WaitForExit();
        Assert.Null(SleepMark.Of(child.Id));
    }

    [Theory]
    [InlineData("9 (a) b) S 1 1 1 0 -1 4194304 1 0 0 0 2 5 0 0 20 0 1 0 9 1 2", true)]
    [InlineData("9 (a) D 1 1 1 0 -1 4194304 1 0 0 0 2 5 0 0 20 0 1 0 9 1 2", false)]
    [InlineData("9 (a) R 1 1 1 0 -1 4194304 1 0 0 0 2 5 0 0 20 0 1 0 9 1 2", false)]
    [InlineData("9 (a) S 1 1 1 0 -1 4194304 1 0 0 0 2 5 0 0 20 0 2 0 9 1 2", false)]
    [InlineData("9 (a) Z 1 1 1 0 -1 4194304 1 0 0 0 2 5 0 0 20 0 1 0 9 1 2", false)]
    [InlineData("9 (a) S 1", false)]
    [InlineData("", false)]
    public void Only_a_single_thread_that_does_not_run_sleeps_alone(string stat, bool sleeps) =>
        Assert.Equal(sleeps, SleepMark.SleepsAlone(Encoding.ASCII.GetBytes(stat)));

    [Theory]
    [InlineData("123 45 6\n", 123L, 6L)]
    [InlineData("0 0 0\n", null, null)]
    [InlineData("123 45", null, null)]
    [InlineData("", null, null)]
    public void Time_and_runs_are_the_first_and_third_number(string text, long? time, long? runs) =>
        Assert.Equal(time is null ? null : new SleepMark(time.Value, runs!.Value), SleepMark.Parse(Encoding.ASCII.GetBytes(text)));

    private static SleepMark Settled(int pid)
    {
        Stopwatch waited = Stopwatch.StartNew();
        SleepMark? mark = null;
        while (waited.Elapsed < TimeSpan.FromSeconds(20))
        {
            SleepMark? next = SleepMark.Of(pid);
            if (next is not null && next == mark)
            {
                return next.Value;
            }

            mark = next;
            Thread.Sleep(50);
        }

        throw new InvalidOperationException("it does not come to rest");
    }
}
