using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>What docs/support-matrix.md says of kinds of memory, tests show.</summary>
public sealed partial class SupportMatrixTests
{
    private const int Cells = 4;

    private static readonly string s_section = Section(Repository.Read("docs/support-matrix.md"));

    [Fact]
    public void Each_test_that_it_names_exists() => Assert.Empty(Missing(s_section, Tests()));

    [Fact]
    public void A_test_that_there_is_not_is_found() =>
        Assert.Equal(["ManageTests.Pigs_fly"], Missing("| 1 | `ManageTests.Pigs_fly` |", Tests()));

    [Fact]
    public void Each_cell_that_says_something_names_a_test_and_each_test_is_named_in_a_cell()
    {
        string[][] rows = [.. Rows(s_section).Where(cells => cells.Length == Cells + 1).Skip(1)];
        Assert.True(rows.Length > 10);
        string[] unproved = [.. rows.SelectMany(cells => cells[1..]).Where(cell => cell.Length > 0 && !Number().IsMatch(cell))];
        Assert.Empty(unproved);
        Assert.Equal(
            Numbered(s_section).Keys.Order(),
            rows.SelectMany(cells => Number().Matches(string.Join(' ', cells)).Select(match => int.Parse(match.Groups[1].Value)))
                .Distinct()
                .Order());
    }

    private static string Section(string page)
    {
        const string Heading = "## Kinds of memory\n";
        string rest = page[(page.IndexOf(Heading, StringComparison.Ordinal) + Heading.Length)..];
        return rest[..rest.IndexOf("\n## ", StringComparison.Ordinal)];
    }

    private static IEnumerable<string[]> Rows(string section) =>
        section.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    private static Dictionary<int, string> Numbered(string section) =>
        NamedTest().Matches(section).ToDictionary(match => int.Parse(match.Groups[1].Value), match => match.Groups[2].Value);

    private static IEnumerable<string> Missing(string section, HashSet<string> tests) =>
        Numbered(section).Values.Where(name => !tests.Contains(name));

    /// <summary>Test methods of all suites, as Class.Method.</summary>
    private static HashSet<string> Tests() =>
    [
        .. from file in Repository.SourcesIn("tests")
           from match in Method().Matches(file.Text)
           select $"{Path.GetFileNameWithoutExtension(file.Path)}.{match.Groups[1].Value}",
    ];

    [GeneratedRegex(@"^\| (\d+) \| `([A-Za-z]+\.[A-Za-z0-9_]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Number();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^;{]*?public (?:async )?(?:void|Task) ([A-Z][A-Za-z0-9_]*)\(")]
    private static partial Regex Method();
}
