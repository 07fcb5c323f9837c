using System.Globalization;
using System.Text;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Files;

public sealed class YamlFileTests
{
    [Theory]
    [InlineData("rules:\n  - match: { vm: web*, command: *redis* }", 2, "a value that begins with * must be quoted", "write \"*redis*\"")]
    [InlineData("rules:\n  - match:\n      command: *redis server # x", 3, "a value that begins with * must be quoted", "write \"*redis\"")]
    [InlineData("a: 1\nb: *nowhere\nc: 3", 2, "a value that begins with * must be quoted", "write \"*nowhere\"")]
    [InlineData("a: 1\nuser: @admins\nc: 3", 2, "a value that begins with @ must be quoted", "write \"@admins\"")]
    [InlineData("a: 1\nb: %40\nc: 3", 2, "a value that begins with % must be quoted", "write \"%40\"")]
    [InlineData("a: 1\n\t- b\n", 2, "is indented with a tab", "write blanks instead")]
    [InlineData("a:\n  - b: 1\n\tc: 2\n", 3, "is indented with a tab", "write blanks instead")]
    [InlineData("a: 1\nb: x: y\n", 2, "has a value with ': ' in it", "write \"x: y\"")]
    [InlineData("a:\n- name:x\n  b: { c: d }\n", 2, "has no blank after the colon", "write name: x")]
    [InlineData("a: 1\nb: { c: x\n  d: 40%\n", 2, "opens a bracket '{' that is not closed", "write { key: value, key: value } and [a, b]")]
    [InlineData("a: [x, '[' # [\n", 1, "opens a bracket '[' that is not closed", "write { key: value, key: value } and [a, b]")]
    [InlineData("a:\n  b: \"x\n  c: 1\n", 2, "begins a text in quotes that does not end", "write the quote at its end too")]
    [InlineData("a:\n  - b: 1\n   c: 1\n", 3, "is not indented as the lines before it",
        "begin keys that belong together in the same column")]
    [InlineData("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "'b' is here a second time: the first is in line 2",
        "remove one of them, or join what they say")]
    [InlineData("a: 1\nb: x\0y\n", 2, "has the character U+0000, which no YAML may have", "remove it; is this the right file?")]
    [InlineData("a: 1\n# \u009b\n", 2, "has the character U+009B, which no YAML may have", "remove it; is this the right file?")]
    [InlineData("a: 1\nb: &x\n- c: *x\n", 3, "'*x' stands inside of what it stands for, which begins in line 2", "write out what is meant")]
    [InlineData("# x\n%rules a\n---\na: 1\n", 2, "begins with %, a directive that YAML does not have", "remove the line")]
    public void What_is_wrong_is_said_at_its_line_with_its_fix(string text, long line, string what, string fix)
    {
        Assert.False(YamlFile.TryParse("f", text, out _, out IReadOnlyList<ConfigurationProblem> problems));
        ConfigurationProblem problem = Assert.Single(problems);
        Assert.Equal(line, problem.Line);
        Assert.StartsWith(what, problem.Problem.What, StringComparison.Ordinal);
        Assert.Equal(fix, problem.Problem.Fix);
    }

    [Fact]
    public void Several_of_these_are_told_at_once()
    {
        Assert.False(YamlFile.TryParse("f", "a: *x\na: 1\nb: *y*\nc: @z\n", out _, out IReadOnlyList<ConfigurationProblem> problems));
        Assert.Equal([1, 2, 3, 4], problems.Select(problem => problem.Line));
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("a: \"*x\"\nb: '@y'\n")]
    [InlineData("a:\t1\n")]
    [InlineData("# \u00e9 \ud83d\ude00\u0085\r\na: 1\r\n")]
    [InlineData("a: &x [1]\nb: { c: *x, d: *x }\n")]
    [InlineData("%YAML 1.2\n---\na: 1\n")]
    [InlineData("a: [{ b: 1 }, { b: 2 }]\nb: { b: 3 }\n")]
    public void What_is_right_is_read(string text) => Assert.True(YamlFile.TryParse("f", text, out _, out _));

    [Theory]
    [InlineData("", "'': names no file")]
    [InlineData("  ", "'': names no file")]
    [InlineData("/", "/: is a folder")]
    [InlineData("/dev/zero", "/dev/zero: is larger than 4 MiB")]
    [InlineData("/dev/zero/x", "/dev/zero/x: there is no such file")]
    [InlineData("a\0b", "a?b: there is no such file")]
    public void What_is_no_file_is_one_clear_line(string path, string said)
    {
        Assert.False(YamlFile.TryLoad(path, "give a path", out _, out IReadOnlyList<ConfigurationProblem> problems));
        string line = Assert.Single(problems).ToString();
        Assert.StartsWith(said, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void An_empty_device_is_an_empty_file()
    {
        Assert.True(YamlFile.TryLoad("/dev/null", "", out YamlDotNet.RepresentationModel.YamlNode? root, out _));
        Assert.Null(root);
    }

    [Fact]
    public void Of_many_problems_twenty_are_named_and_the_rest_counted()
    {
        StringBuilder text = new();
        for (int i = 0; i < 3000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"k: {i}\n");
        }

        YamlFile.TryParse("f", text.ToString(), out _, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Equal(2999, problems.Count);
        string[] lines = [.. ConfigurationProblems.Lines(problems)];
        Assert.Equal((21, "and 2979 more"), (lines.Length, lines[^1]));
        Assert.StartsWith("f:2: 'k' is here a second time", lines[0], StringComparison.Ordinal);
        Assert.Equal(20, ConfigurationProblems.Lines([.. problems.Take(20)]).Count());
    }

    [Fact]
    public void A_problem_is_one_line_however_long_and_strange_the_value()
    {
        string line = new ConfigurationProblem(
            "f", 3, "k", $"'{new string('x', 100_000)}\n\u202e\u001b[31m' is no size", "write 1G").ToString();
        Assert.InRange(line.Length, 100, 500);
        Assert.EndsWith(" — write 1G", line, StringComparison.Ordinal);
        Assert.Equal("f: a?b?c?? — d", new ConfigurationProblem("f", 0, "", "a\nb\u202ec\u2066\u001b", "d").ToString());
    }
}
