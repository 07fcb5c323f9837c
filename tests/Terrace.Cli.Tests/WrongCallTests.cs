using System.Globalization;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;
using Terrace.Tests;

namespace Terrace.Cli.Tests;

/// <summary>
/// All of wrong-calls.txt: a call that makes no sense, or names a file that cannot be used, ends with the code that docs/commands.md has
/// for it, and with one line for each problem that says where it is and how to fix it.
/// </summary>
public sealed class WrongCallTests(WrongFiles files) : IClassFixture<WrongFiles>
{
    private const int MostLines = 20;

    // What only who wrote a program understands.
    private static readonly string[] s_innards =
        ["   at ", "Exception", "System.", "Terrace.", "(error ", "errno", "Required", "ENOENT", "EINVAL", "EACCES"];

    public static TheoryData<string> Calls =>
    [
        .. RepositoryFile.Read("tests/Terrace.Cli.Tests/wrong-calls.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#'),
    ];

    [Fact]
    public void There_are_many_of_them_and_none_twice()
    {
        Assert.True(Calls.Count >= 150);
        Assert.Distinct(Calls.Select(call => call.Data));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_wrong_call_ends_with_its_code_and_lines_that_say_where_and_how(string call)
    {
        string[] parts = call.Replace("{t}", files.Folder, StringComparison.Ordinal)
            .Replace("{long}", new string('n', 300), StringComparison.Ordinal)
            .Split(" | ");
        bool forRoot = parts[0].StartsWith("root ", StringComparison.Ordinal);
        int expected = int.Parse(parts[0].Split(' ')[^1], CultureInfo.InvariantCulture);
        CommandRun run = CommandRun.Of([.. parts[1].Split(' ').Select(word => word == "''" ? "" : word)]);
        string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 1, MostLines + 2);
        Assert.All(lines, line => Assert.True(line.Contains(" — ", StringComparison.Ordinal) || lines.Length > 1, line));
        Assert.All(
            lines,
            line => Assert.All(
                s_innards,
                word => Assert.DoesNotContain(
                    word, line.Replace(files.Folder, "", StringComparison.Ordinal), StringComparison.Ordinal)));
        if (forRoot && !EffectiveUser.IsRoot)
        {
            Assert.Equal(ExitCode.NotPermitted, run.ExitCode);
            return;
        }

        Assert.Equal((expected, ""), (run.ExitCode, run.Out));
        Assert.Contains(lines, line => line.Contains(string.Join(" | ", parts[2..]), StringComparison.Ordinal));
    }
}
