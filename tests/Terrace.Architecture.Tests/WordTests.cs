using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>Documentation, what the program says, comments, scripts and names of tests avoid the words of words.txt.</summary>
public sealed partial class WordTests
{
    private const string GeneratedRow = "| `terrace_";

    private static readonly string[] s_codeFolders = ["src", "tests", "benchmarks", "lab-vm"];

    /// <summary>Folders, and which of their files are read whole; snapshots below tests follow from other texts.</summary>
    private static readonly (string Folder, string[] Patterns)[] s_textFiles =
    [
        ("src", ["*.json", "*.yaml", "*.txt", "*.c", "*.csproj", "terrace.*sh"]),
        ("lab-vm", ["*.c", "*.h", "*.sh", "*.csproj", "lab-*", "build", "fragment", "init*"]),
        ("packaging", ["*"]),
        ("eng", ["*"]),
        ("dashboards", ["*.json", "*.yaml"]),
    ];

    private static readonly string[] s_rootScripts = ["bench", "build", "demo", "lab", "test"];

    /// <summary>Files with words that are not ours: a licence, and examples of what to find.</summary>
    private static readonly string[] s_leftOut = ["packaging/debian/copyright", "tests/Terrace.Architecture.Tests/WordTests.cs"];

    private static WordList Words { get; } = WordList.Parse(Repository.Read("tests/Terrace.Architecture.Tests/words.txt"));

    [Fact]
    public void Documentation_uses_none_of_them() =>
        Assert.Empty(
            from page in MarkdownPage.All
            from unit in page.Units().Where(unit => !IsGenerated(page, unit.Number))
            from found in Words.In(unit.Text)
            select $"{page.File}:{unit.Number}: '{found.Word}', better: {found.Better}");

    [Fact]
    public void Code_and_scripts_use_none_of_them() =>
        Assert.Empty(
            from source in Sources()
            where !s_leftOut.Contains(source.Path)
            from found in Words.In(source.Text)
            select $"{source.Path}: '{found.Word}', better: {found.Better}");

    [Fact]
    public void Every_kind_of_file_is_looked_at()
    {
        string[] paths = [.. Sources().Select(source => source.Path)];
        Assert.All(s_rootScripts, script => Assert.Contains(script, paths));
        Assert.All(
            s_textFiles,
            files => Assert.All(
                files.Patterns,
                pattern => Assert.NotEmpty(Repository.FilesIn(files.Folder, pattern))));
        Assert.All(s_leftOut, path => Assert.Contains(path, paths));
    }

    [Fact]
    public void A_word_is_found_in_every_form_of_text_and_an_allowed_phrase_is_not()
    {
        WordList words = WordList.Parse("# comment\nold = new | old one; \"old\"\nso many = this many\n");
        Assert.Equal(["old", "old", "so many"], words.In("Old, OLD older so\n    /// many").Select(one => one.Word));
        Assert.Empty(words.In("The old one, \"old\"; golden; so, many"));
        Assert.Throws<FormatException>(() => WordList.Parse("old\n"));
    }

    [Fact]
    public void Words_in_comments_and_strings_are_found_and_in_code_they_are_not()
    {
        SourceFile file = new("a.cs", "// shall\nint shall = 1; /* shall */\nstring text = \"it shall\" + $\"{shall}\";\n");
        Assert.Equal(4, file.Prose.Split("shall").Length - 1);
    }

    [Fact]
    public void Words_in_the_name_of_a_test_are_found()
    {
        SourceFile file = new("a.cs", "void What_shall_be_is_found() { }\nint not_shall;\n");
        Assert.Equal("What shall be is found", Prose(file).Trim());
    }

    // Rows of metrics.md are made from the instruments' descriptions, which are strings of the source.
    private static bool IsGenerated(MarkdownPage page, int number) =>
        page.File == "docs/metrics.md"
        && page.WrappedLinesAndRows().Single(line => line.Number == number).Text.StartsWith(GeneratedRow, StringComparison.Ordinal);

    private static IEnumerable<(string Path, string Text)> Sources() =>
        s_codeFolders.SelectMany(Repository.SourcesIn).Select(file => (file.Path, Prose(file)))
            .Concat(
                s_textFiles.SelectMany(files => files.Patterns.SelectMany(pattern => Repository.FilesIn(files.Folder, pattern)))
                    .Concat(s_rootScripts)
                    .Select(path => (path, Repository.Read(path))));

    /// <summary>Comments, strings, and names of tests as the sentences that they are.</summary>
    private static string Prose(SourceFile file) =>
        string.Join('\n', TestName().Matches(file.Code).Select(name => name.Value.Replace('_', ' ')).Prepend(file.Prose));

    [GeneratedRegex(@"\b[A-Z]\w*(?:_[a-z0-9]\w*){2,}\b")]
    private static partial Regex TestName();
}
