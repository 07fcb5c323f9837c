using System.Globalization;
using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessMemoryTests
{
    [Theory]
    [InlineData("6841 1219 1024 8 0 381 0\n", 1219)]
    [InlineData("6841", 0)]
    [InlineData("a b c", 0)]
    [InlineData("", 0)]
    public void The_second_number_is_what_is_in_memory(string statm, long pages) =>
        Assert.Equal(pages, ProcessMemory.Resident(Encoding.ASCII.GetBytes(statm)));

    [Fact]
    public void A_process_that_is_not_there_has_none_and_this_one_has_some()
    {
        Assert.Equal(0, ProcessMemory.ResidentPagesOf(int.MaxValue));
        Assert.InRange(ProcessMemory.ResidentPagesOf(Environment.ProcessId), 100, long.MaxValue);
    }

    [Fact]
    public void Pages_of_files_and_shared_memory_are_the_third_number_of_statm()
    {
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
        using (self)
        {
            long[] before = Statm();
            (long resident, long shared) = ProcessMemory.PagesOf(self!);
            long[] after = Statm();

            // Other tests run in this process meanwhile.
            Assert.InRange(shared, Math.Min(before[2], after[2]) - 2000, Math.Max(before[2], after[2]) + 2000);
            Assert.InRange(resident, shared + 1, long.MaxValue);
            Assert.NotEqual(before[1], before[2]);
        }
    }

    private static long[] Statm() =>
        [.. File.ReadAllText("/proc/self/statm").Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
}
