using System.Text;
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
}
