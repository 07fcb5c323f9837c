namespace Terrace.Architecture.Tests;

/// <summary>Two files of code fit next to each other on a screen; .editorconfig has the same number for editors.</summary>
public sealed class CodeWidthTests
{
    private const int MostColumns = 140;

    private static readonly string[] s_folders = ["src", "tests", "benchmarks", "lab-vm", "fuzzing"];

    [Fact]
    public void No_line_of_code_is_longer() =>
        Assert.Empty(
            from file in s_folders.SelectMany(Repository.SourcesIn)
            from number in LongLines(file)
            select $"{file.Path}:{number}: break it, it has more than {MostColumns} columns");

    [Fact]
    public void Editors_break_lines_where_the_tests_do()
    {
        string[] lines = Repository.Read(".editorconfig").Split('\n');
        Assert.Contains($"max_line_length = {MostColumns}", lines);
        Assert.Contains("max_line_length = 100", lines);
    }

    [Fact]
    public void A_long_line_is_found()
    {
        string line = new('x', MostColumns);
        Assert.Equal([2], LongLines(new SourceFile("a.cs", $"{line}\n{line}y\n")));
    }

    private static IEnumerable<int> LongLines(SourceFile file) =>
        file.Text.Split('\n').Index().Where(line => line.Item.TrimEnd('\r').Length > MostColumns).Select(line => line.Index + 1);
}
