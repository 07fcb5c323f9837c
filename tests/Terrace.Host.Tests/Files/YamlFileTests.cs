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
    [InlineData("a: 1\nuser: !root\nc: 3", 2, "a value that begins with ! must be quoted: YAML takes '!root' for a tag", "write \"!root\"")]
    [InlineData("a: [!foo bar]\n", 1, "a value that begins with ! must be quoted", "write \"!foo bar\"")]
    [InlineData("a: { command: !foo bar, b: c } # x\n", 1, "a value that begins with ! must be quoted", "write \"!foo bar\"")]
    [InlineData("a: ! b\n", 1, "a value that begins with ! must be quoted", "write \"! b\"")]
    [InlineData("a: &x foo\n", 1, "a value that begins with & must be quoted: YAML takes '&x' for an anchor, which nothing refers to",
        "write \"&x foo\"")]
    [InlineData("a: 1\nb: &x\nc: 2\n", 2, "a value that begins with & must be quoted", "write \"&x\"")]
    [InlineData("a: !x { b: c }\n", 1, "has the tag '!x', which means nothing here", "remove it")]
    [InlineData("a: 1\n\t- b\n", 2, "is indented with a tab", "write spaces instead")]
    [InlineData("a:\n  - b: 1\n\tc: 2\n", 3, "is indented with a tab", "write spaces instead")]
    [InlineData("a: 1\nb: x: y\n", 2, "has a value with ': ' in it", "write \"x: y\"")]
    [InlineData("a:\n- name:x\n  b: { c: d }\n", 2, "has no space after the colon", "write name: x")]
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
    [InlineData("a: 1\nb: 'it's'\n", 2, "has an apostrophe within single quotes", "write \"it's\"")]
    [InlineData("a: { b: 'don't, c: 1 }\n", 1, "has an apostrophe within single quotes", "write \"don't\"")]
    [InlineData("a: \"say \"hi\" now\"\n", 1, "has a double quote within double quotes", "write \"say \\\"hi\\\" now\"")]
    [InlineData("a: 'b' c\nd: 1\n", 1, "has text after the quote '", "put the whole value in quotes, or remove the text")]
    [InlineData("a:\n  b: { c: d }}\n", 2, "closes a bracket with '}' that was not opened", "remove it")]
    [InlineData("a: { b: c }\n}\n", 2, "closes a bracket with '}' that was not opened", "remove it")]
    [InlineData("a: { b: [c, d }\n", 1, "closes the bracket '[' with '}'", "write ']' before it")]
    [InlineData("{\"a\":[1,2},\"b\":3}\n", 1, "closes the bracket '[' with '}'", "write ']' before it")]
    [InlineData("a: { b: /c/{d,e} }\n", 1, "has '{' in a word that stands in brackets itself", "put the whole value in quotes")]
    [InlineData("a: { b: [c]d, e: f }\n", 1, "has a word that begins with a bracket and is not in quotes", "put the whole word in quotes")]
    [InlineData("a:\n  b: [cd]e\n", 2, "a value that begins with [ must be quoted", "write \"[cd]e\"")]
    [InlineData("version: 1\nrules\n\n  # all\n  - name: a\n", 2, "has no colon after 'rules'", "write 'rules:'")]
    [InlineData("rules:\n  - name a\n    match: { user: x }\n", 2, "has no colon after 'name'", "write name: a")]
    [InlineData("host:\n  scans: 5\n  cpu-limit 3%\n", 3, "has no colon after 'cpu-limit'", "write cpu-limit: 3%")]
    [InlineData("rules:\n  - name = a\n    match: { user: x }\n", 2, "has '=' where a colon belongs", "write name: a")]
    [InlineData("rules;\n  - name: a\n", 1, "has ';' where a colon belongs", "write 'rules:'")]
    [InlineData("rules:\n  -name: a\n   match: { user: x }\n", 2, "has no space after the dash", "write - name: a")]
    [InlineData("rules:\n  \u2022 name: a\n    match: { user: x }\n", 2, "has '\u2022' where a dash belongs", "write - name: a")]
    [InlineData("rules:\n- name: a\n   match: { user: x }\n", 3, "is not indented as the lines before it",
        "begin keys that belong together in the same column")]
    [InlineData("a: \"b\\qc\"\n", 1, "has \\q in double quotes, an escape that YAML does not have", "write 'b\\qc', in single quotes")]
    [InlineData("a: \"b\\x4\"\n", 1, "has \\x in double quotes without the 2 hexadecimal digits",
        "write 'b\\x4', in single quotes")]
    [InlineData("a: \"b\n  c\\q d\"\n", 2, "has \\q in double quotes", "write \\\\ for a backslash")]
    [InlineData("rules:\n  - match: user: root\n", 2, "has two keys in one line", "write match: { user: root }")]
    [InlineData("version: 1 rules: []\n", 1, "has a second key, 'rules', behind the value of 'version'",
        "write 'rules: []' in a line of its own")]
    [InlineData("rules:\n  - match: { user: x }, fast: 40%\n", 2, "has a second key, 'fast'", "write 'fast: 40%' in a line of its own")]
    [InlineData("rules: - name: a\n", 1, "has the dash of a list entry behind 'rules:'", "write '- name: a' in a line of its own below it")]
    [InlineData("a: { user: x uid: 5 }\n", 1, "has no comma before 'uid'", "write ', uid:'")]
    [InlineData("a: { user: x; uid: 5 }\n", 1, "has ';' where a comma belongs", "write ', uid:'")]
    [InlineData("a: { user: x,, uid: 5 }\n", 1, "has two commas with nothing between them", "remove one of them")]
    [InlineData("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", 2, "begins with <<<<<<<, the marker of a merge",
        "choose what is right, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>")]
    [InlineData("a: 1\nb: 2\n>>>>>>> x\n", 3, "begins with >>>>>>>, the marker of a merge",
        "choose what is right, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>")]
    [InlineData("a: 1\n...\n# x\nb: 2\n", 2, "'...' ends the document, and more follows", "remove the line '...'")]
    [InlineData("a: 1\n---\nb: 2\n", 2, "'---' begins a second document", "remove the line '---'")]
    [InlineData("---\na: 1\n---\n", 3, "'---' begins a second document", "remove the line '---'")]
    [InlineData("...\na: 1\n", 1, "begins with '...', which ends the document", "remove it")]
    [InlineData("a: 1\n// x\nb: 2\n", 2, "begins with //, which begins no comment", "begin comments with #")]
    [InlineData("[host]\nscans: 5\n", 1, "has the name of a section in brackets", "write 'host:'")]
    [InlineData("a:\u00a0b\nc: 1\n", 1, "has a no-break space (U+00A0)", "write an ordinary space instead")]
    [InlineData("a: []\n- b\n", 2, "begins a list entry where a key belongs", "indent it below the key whose list it is")]
    [InlineData("a: {} x\n", 1, "is not indented as the lines before it", "begin keys that belong together in the same column")]
    [InlineData("{ a: {} } x\n", 1, "has something after the bracket or value that ends the file", "remove it, or put it inside")]
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
    [InlineData("a: !!str 5\nb: &x { c: d }\n")]
    [InlineData("a: '!x'\nb: \"&x\"\nc: d!e&f\n")]
    [InlineData("a: 'it''s'\nb: it's\nc: { d: it's, e: \"it's\" }\n")]
    [InlineData("a: b}c]\nd: e{f}[g]\n")]
    [InlineData("{\"a\":{\"b\":[1,2]},\"c\":\"{\"}\n")]
    [InlineData("---\na: 1\n...\n")]
    [InlineData("a: \"\\x41\\u00e9\\\\q\"\n")]
    [InlineData("a: // b; c = d\n")]
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
