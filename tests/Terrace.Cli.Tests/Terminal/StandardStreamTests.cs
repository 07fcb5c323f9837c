using System.Diagnostics;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Terminal;

/// <summary>The program with a standard output that cannot be written: one line and 73, or no word when nobody reads.</summary>
public sealed class StandardStreamTests
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "terrace");

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("topology")]
    [InlineData("config example")]
    [InlineData("completion bash")]
    [InlineData("simulate --for 2s")]
    [InlineData("simulate --for 2s --json")]
    public async Task A_full_disk_is_one_line_and_no_fault(string command)
    {
        (int code, string error) = await ShellAsync($"{s_program} {command} > /dev/full");
        Assert.Equal(ExitCode.CannotWrite, code);
        string line = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("terrace: standard output", line, StringComparison.Ordinal);
        Assert.Contains("the disk is full", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulate --for 2s")]
    [InlineData("simulate --for 2s --json")]
    public async Task A_summary_is_not_lost_with_standard_output(string command)
    {
        (int code, string error) = await ShellAsync($"{s_program} {command} > /dev/full");
        Assert.Equal(ExitCode.CannotWrite, code);
        Assert.Contains("served by fast memory", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulate --for 2s")]
    [InlineData("simulate --for 2s --json")]
    [InlineData("config example")]
    public async Task When_nobody_reads_it_ends_without_a_word(string command)
    {
        // The reader is gone before the first byte comes.
        (int code, string error) = await ShellAsync($"{{ sleep 0.3; {s_program} {command}; echo $? >&2; }} | true");
        Assert.Equal(0, code);
        Assert.Equal(ExitCode.NobodyReads.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Trim().Split('\n')[^1]);
        Assert.DoesNotContain("terrace: a fault", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulate --for 2s --events /dev/stdout")]
    [InlineData("simulate --for 2s --summary-json /dev/stdout")]
    [InlineData("simulate --for 2s --summary-json /dev/fd/1 --events /dev/null")]
    public Task Standard_output_by_its_path_is_no_other(string command) => When_nobody_reads_it_ends_without_a_word(command);

    [Theory]
    [InlineData("config check /nowhere", ExitCode.BadConfiguration)]
    [InlineData("bogus", ExitCode.Usage)]
    [InlineData("completion tcsh", ExitCode.Usage)]
    public async Task A_message_that_cannot_be_written_leaves_the_exit_code(string command, int code)
    {
        Assert.Equal(code, (await ShellAsync($"{s_program} {command} 2> /dev/full")).Code);
        Assert.Equal(code, (await ShellAsync($"{{ sleep 0.3; {s_program} {command}; }} 2> >(true)")).Code);
    }

    [Fact]
    public async Task A_warning_that_cannot_be_written_leaves_the_result()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file, "rules: [{ name: a, match: { executable: '*' } }]\n", TestContext.Current.CancellationToken);
            (int code, string output) = await ShellAsync($"{{ {s_program} config check {file} 2> /dev/full; }} >&2");
            Assert.Equal((ExitCode.Ok, $"{file}: good, 1 rule, 1 warning"), (code, output.Trim()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, string Error)> ShellAsync(string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardError = true })!;
        string error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (shell.ExitCode, error);
    }
}
