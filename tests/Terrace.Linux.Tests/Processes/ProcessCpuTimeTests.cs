using System.Diagnostics;
using System.Text;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessCpuTimeTests
{
    [Theory]
    [InlineData("12 (a) b ) S 1 2 3 4 5 6 7 8 9 10 140 60 13 14", 2000.0)]
    [InlineData("12 (cat) R 1 2 3 4 5 6 7 8 9 10 0 1", 10.0)]
    public void User_and_system_time_are_added(string line, double milliseconds) =>
        Assert.Equal(milliseconds, ProcessCpuTime.Parse(Encoding.ASCII.GetBytes(line))!.Value.TotalMilliseconds, 3);

    [Theory]
    [InlineData("")]
    [InlineData("12 (cat")]
    [InlineData("12 (cat) S 1 2 3")]
    [InlineData("12 (cat) S 1 2 3 4 5 6 7 8 9 10 x 1")]
    [InlineData("12 (cat) S 1 2 3 4 5 6 7 8 9 10 -1 1")]
    [InlineData("12 (cat) S 1 2 3 4 5 6 7 8 9 10 9223372036854775807 1")]
    [InlineData("12 (cat) S 1 2 3 4 5 6 7 8 9 10 1 92233720368548")]
    public void What_is_no_such_line_says_nothing(string line) => Assert.Null(ProcessCpuTime.Parse(Encoding.ASCII.GetBytes(line)));

    [Fact]
    public void Our_own_grows_as_we_work_in_any_thread_and_a_process_that_is_gone_has_none()
    {
        TimeSpan before = ProcessCpuTime.Of(Environment.ProcessId)!.Value;
        Thread worker = new(() => SpinFor(TimeSpan.FromMilliseconds(200)));
        worker.Start();
        worker.Join();
        Assert.InRange((ProcessCpuTime.Of(Environment.ProcessId)!.Value - before).TotalMilliseconds, 20, 60_000);

        using Process child = Process.Start("sleep", "0");
        child.WaitForExit();
        Assert.Null(ProcessCpuTime.Of(child.Id));
    }

    [Fact]
    public void One_reading_tells_cpu_time_and_memory()
    {
        (TimeSpan? time, long pages) = ProcessCpuTime.ActivityOf(Environment.ProcessId);
        Assert.NotNull(time);
        Assert.InRange(pages, 1000, long.MaxValue);
        Assert.Equal((null, 0), ProcessCpuTime.ActivityOf(int.MaxValue));
        Assert.Equal(
            200,
            ProcessCpuTime.ResidentPages("1 (a) b) S 1 1 1 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 98765 1000000 200 1 0 0"u8));
        Assert.Equal(0, ProcessCpuTime.ResidentPages("1 (a) S 1"u8));
    }

    private static void SpinFor(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            Thread.SpinWait(1000);
        }
    }
}
