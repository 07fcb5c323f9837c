using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class PassedDescriptorsTests
{
    private const int Self = 4711;

    [Theory]
    [InlineData("kallsyms:process-events", "kallsyms", 3)]
    [InlineData("kallsyms:process-events", "process-events", 4)]
    [InlineData("process-events:process-events", "process-events", 4)]
    [InlineData("unknown:kallsyms", "kallsyms", 4)]
    [InlineData("unknown:other", "kallsyms", -1)]
    public void A_file_is_found_by_its_name_and_of_two_the_last(string names, string name, int descriptor) =>
        Assert.Equal(descriptor, PassedDescriptors.Parse($"{Self}", "2", names, Self).Find(name));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("4712", "1", "kallsyms")]
    [InlineData("4711", "2", "kallsyms")]
    [InlineData("4711", "-1", "kallsyms")]
    [InlineData("4711", "1", null)]
    [InlineData("", "1", "kallsyms")]
    public void What_was_passed_to_another_process_or_does_not_add_up_is_not_taken(string? process, string? count, string? names) =>
        Assert.Equal(-Errno.ENOENT, PassedDescriptors.Parse(process, count, names, Self).Duplicate("kallsyms"));

    [Fact]
    public void Nothing_was_passed_to_this_process() => Assert.Equal(-1, PassedDescriptors.OfThisProcess.Find("kallsyms"));
}
