namespace Terrace.Architecture.Tests;

/// <summary>Documentation, and what the program says, avoid the words of words.txt.</summary>
public sealed class WordTests
{
    private const string GeneratedRow = "| `terrace_";

    private static readonly string[] s_textFiles = ["*.json", "*.yaml", "*.txt"];

    private static WordList Words { get; } = WordList.Parse(Repository.Read("tests/Terrace.Architecture.Tests/words.txt"));

    private static Ratchet LeftInSource { get; } = Ratchet.Read("tests/Terrace.Architecture.Tests/words-in-source.txt");

    [Fact]
    public void Documentation_uses_none_of_them() =>
        Assert.Empty(
            from page in MarkdownPage.All
            from unit in page.Units().Where(unit => !IsGenerated(page, unit.Number))
            from found in Words.In(unit.Text)
            select $"{page.File}:{unit.Number}: '{found.Word}', better: {found.Better}");

    [Fact]
    public void Comments_and_strings_of_the_source_use_no_more_of_them_than_before()
    {
        ILookup<string, string> found = SourceTexts().SelectMany(Words.In).ToLookup(one => one.Word, one => one.Better);
        LeftInSource.Check(Words.Words.ToDictionary(word => word, word => found[word].Count()), word => $"better: {found[word].First()}");
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

    // Rows of metrics.md are made from the instruments' descriptions, which are strings of the source.
    private static bool IsGenerated(MarkdownPage page, int number) =>
        page.File == "docs/metrics.md"
        && page.WrappedLinesAndRows().Single(line => line.Number == number).Text.StartsWith(GeneratedRow, StringComparison.Ordinal);

    private static IEnumerable<string> SourceTexts() =>
        Repository.SourcesIn("src").Select(file => file.Prose)
            .Concat(s_textFiles.SelectMany(pattern => Repository.FilesIn("src", pattern)).Select(Repository.Read));
}
