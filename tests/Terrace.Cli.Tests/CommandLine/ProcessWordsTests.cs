using Terrace.Cli.CommandLine;
using Terrace.Host.Failures;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Cli.Tests.CommandLine;

public sealed class ProcessWordsTests : IDisposable
{
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");

    public ProcessWordsTests()
    {
        Add(21, "redis-server", "/usr/bin/redis-server\0*:6379\0");
        Add(22, "worker", "/usr/bin/worker\0--queue\0a\0");
        Add(23, "worker", "/usr/bin/worker\0--queue\0b\0");
        Add(24, "a-program-with-", "/opt/a-program-with-a-long-name\0");
        Add(25, "python3", "/srv/bin/import.py\0");
    }

    private ProcessWords Words => new(new ProcessIdentityReader(_tree.Root));

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("21", 21)]
    [InlineData("redis-server", 21)]
    [InlineData("a-program-with-", 24)]
    [InlineData("a-program-with-a-long-name", 24)]
    [InlineData("import.py", 25)]
    [InlineData("4194000", 4194000)]
    public void A_process_is_named_by_number_or_by_what_ps_or_its_command_line_call_it(string word, int pid) =>
        Assert.Equal(pid, Words.OneOf(word));

    [Fact]
    public void A_name_that_several_have_is_refused_with_all_of_them()
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => Words.OneOf("worker"));
        Assert.Equal(
            (ExitCode.Usage, "2 processes are named 'worker': 22 (/usr/bin/worker --queue a), 23 (/usr/bin/worker --queue b)"),
            (failure.ExitCode, failure.Problem.What));
    }

    [Fact]
    public void Of_very_many_the_first_are_listed_on_one_line()
    {
        for (int pid = 100; pid < 400; pid++)
        {
            Add(pid, "many", "/usr/bin/many\0" + new string('x', 1000) + "\u001b[2J\n\0");
        }

        string what = Assert.Throws<CommandFailure>(() => Words.OneOf("many")).Problem.What;
        Assert.EndsWith("and 295 more", what, StringComparison.Ordinal);
        Assert.InRange(what.Length, 0, 400);
        Assert.DoesNotContain(what, char.IsControl);
    }

    [Fact]
    public void Where_several_may_be_given_a_name_stands_for_all_that_have_it_and_each_counts_once() =>
        Assert.Equal([22, 23, 21, 7], Words.AllOf(["worker", "23,21", "7", "redis-server"]));

    [Fact]
    public void A_name_that_none_has_is_no_such_process() =>
        Assert.Equal(ExitCode.NoSuchProcess, Assert.Throws<CommandFailure>(() => Words.AllOf(["1", "nobody"])).ExitCode);

    private void Add(int pid, string name, string commandLine) =>
        _tree.With($"proc/{pid}/stat", $"{pid} ({name}) S 1 {pid} {pid} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 1 1\n")
            .With($"proc/{pid}/cmdline", commandLine);
}
