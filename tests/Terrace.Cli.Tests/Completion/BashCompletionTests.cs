using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Completion;

/// <summary>The script for bash in a real bash.</summary>
public sealed class BashCompletionTests
{
    [Theory]
    [InlineData("terrace topo", "topology")]
    [InlineData("terrace kernel --mode t", "terrace")]
    [InlineData("terrace   tiers  of", "offline")]
    [InlineData("terrace run --tracker=pa", "page-tables")]
    [InlineData("terrace simulate --workload s", "scan|scattered")]
    [InlineData("terrace daemon --config /et", "")]
    public void Bash_completes_the_word_at_the_cursor_with_the_program_that_was_built(string line, string replies) =>
        Assert.Equal(replies, Complete(line, Path.Combine(AppContext.BaseDirectory, "terrace")));

    /// <summary>
    /// Readline replaces only what follows the last colon or equals sign, and adds the closing quote of a word that began with
    /// one.
    /// </summary>
    [Theory]
    [InlineData("terrace set ", "batch|web guests:web1", @"batch|web\ guests:web1")]
    [InlineData(@"terrace set web\ guests:", "web guests:web1|web guests:web2", "web1|web2")]
    [InlineData("terrace set \"web g", "web guests:web1", "web guests:web1")]
    [InlineData("terrace set databases:/sys", "databases:/system.slice/a@1.service", "/system.slice/a@1.service")]
    [InlineData("terrace kernel --set=numa", "--set=numa_balancing=", "numa_balancing=")]
    public void Names_with_blanks_and_colons_are_completed_as_readline_needs_them(string line, string suggested, string replies)
    {
        string stub = Path.Combine(Path.GetTempPath(), $"terrace-stub-{Environment.ProcessId}-{Guid.NewGuid():n}");
        File.WriteAllText(stub, $"#!/bin/bash\nprintf '%s\\n' {string.Join(' ', suggested.Split('|').Select(name => $"'{name}'"))}\n");
        File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            Assert.Equal(replies, Complete(line, stub));
        }
        finally
        {
            File.Delete(stub);
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void There_is_a_script_for_each_shell_that_it_reads(string shell)
    {
        string script = Path.GetTempFileName();
        try
        {
            File.WriteAllText(script, CommandRun.Of("completion", shell).Out);
            HostProgram read = HostProgram.Run(shell, "-n", script);
            Assert.Equal((0, ""), (read.ExitCode, read.Error));
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public void Other_shells_are_refused_by_name()
    {
        CommandRun refused = CommandRun.Of("completion", "csh");
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("'csh'", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Presses Tab at the end of a line: the program as the first word, the rest as readline has it.</summary>
    private static string Complete(string line, string program)
    {
        string typed = program + line["terrace".Length..];
        string last = line[(line.LastIndexOf(' ') + 1)..];
        string script = CommandRun.Of("completion", "bash").Out + """

            COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=("$2" "$3") COMP_CWORD=1
            _terrace
            (IFS='|'; printf %s "${COMPREPLY[*]}")
            """;
        HostProgram bash = HostProgram.Run(
            "bash", "--norc", "-c", script, "bash", typed, program, line.Contains('"', StringComparison.Ordinal) ? "\"" + last : last);
        Assert.Equal((0, ""), (bash.ExitCode, bash.Error));
        return bash.Out;
    }
}
