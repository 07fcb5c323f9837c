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
    public void Names_with_spaces_and_colons_are_completed_as_readline_needs_them(string line, string suggested, string replies)
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
    [InlineData("terrace scan 1", "12\tinit|123\tsshd", "12  (init)|123  (sshd)")]
    [InlineData("terrace scan 12", "123\tsshd", "123")]
    [InlineData("terrace s", "scan\tShow what is hot|set\tChange", "scan|set")]
    public void Numbers_have_their_meaning_next_to_them_while_there_is_a_choice(string line, string suggested, string replies) =>
        Names_with_spaces_and_colons_are_completed_as_readline_needs_them(line, suggested, replies);

    [Theory]
    [InlineData("terrace run --fast 40% -- bas", "|bash|")]
    [InlineData("terrace run -- unam", "|uname|")]
    public void After_two_dashes_commands_are_completed(string line, string one) =>
        Assert.Contains(one, $"|{Complete(line, Path.Combine(AppContext.BaseDirectory, "terrace"))}|", StringComparison.Ordinal);

    [Theory]
    [InlineData("sudo terrace topo", "topology")]
    [InlineData("sudo -E terrace kernel --mode t", "terrace")]
    [InlineData("sudo -u root terrace sca", "scan")]
    [InlineData("sudo -n --user root terrace sca", "scan")]
    public void After_sudo_too_where_nothing_else_completes_it(string line, string replies)
    {
        string typed = line.Replace("terrace ", Path.Combine(AppContext.BaseDirectory, "terrace") + " ", StringComparison.Ordinal);
        Assert.Equal(replies, Press(typed, "_terrace_sudo"));
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

    /// <summary>Presses Tab at the end of a line: the program stands for its first word.</summary>
    private static string Complete(string line, string program) => Press(program + line["terrace".Length..], "_terrace");

    // Words as readline has them: split at spaces, but not within quotes.
    private static string Press(string typed, string function)
    {
        string script = CommandRun.Of("completion", "bash").Out + """

            COMP_LINE=$1 COMP_POINT=${#1} function=$2
            shift 2
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            $function
            (IFS='|'; printf %s "${COMPREPLY[*]}")
            """;
        List<string> words = [.. typed.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (typed.EndsWith(' '))
        {
            words.Add("");
        }

        int quoted = words.FindIndex(word => word.StartsWith('"'));
        if (quoted >= 0)
        {
            words = [.. words[..quoted], string.Join(' ', words[quoted..])];
        }

        HostProgram bash = HostProgram.Run("bash", ["--norc", "-c", script, "bash", typed, function, .. words]);
        Assert.Equal((0, ""), (bash.ExitCode, bash.Error));
        return bash.Out;
    }
}
