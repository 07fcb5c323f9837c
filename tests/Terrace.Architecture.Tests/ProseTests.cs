using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>Documentation is wrapped where people can read it, and its sentences are short enough to be read once.</summary>
public sealed partial class ProseTests
{
    private const int MostColumns = 100;
    private const int MostWords = 40;

    [Fact]
    public void Lines_of_documentation_are_wrapped() => Assert.Empty(MarkdownPage.All.SelectMany(LongLines));

    [Fact]
    public void Sentences_of_documentation_are_short() => Assert.Empty(MarkdownPage.All.SelectMany(LongSentences));

    [Fact]
    public void A_long_line_is_found_and_a_long_row_of_a_table_or_of_code_is_not()
    {
        string words = new('x', MostColumns - 1);
        string text = $"{words} y\n\n| {words} y |\n\n```\n{words} y\n```\n\n    {words} y\n\n- {words} y\n";
        Assert.Equal(["a.md:1: 101 columns", "a.md:11: 103 columns"], LongLines(new MarkdownPage("a.md", text)));
        Assert.Empty(LongLines(new MarkdownPage("a.md", words + "\n")));
    }

    [Theory]
    [InlineData("{0} word.", "1: 41")]
    [InlineData("Short.\n\n- one\n- {0} word.", "4: 41")]
    [InlineData("# Heading\n{0}\nword, wrapped.", "2: 42")]
    [InlineData("| a | b |\n|---|---|\n| c | {0} word |", "3: 41")]
    [InlineData("{0} `code of one word`.", "1: 41")]
    [InlineData("{0} [link](to/a/page.md).", "1: 41")]
    public void A_long_sentence_is_found(string form, string found)
    {
        string text = form.Replace("{0}", string.Join(' ', Enumerable.Repeat("word", MostWords)), StringComparison.Ordinal);
        Assert.StartsWith($"a.md:{found} words", Assert.Single(LongSentences(new MarkdownPage("a.md", text))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}. {0}! {0}? (See {0}.) {0}")]
    [InlineData("{0}\n\n{0}\n- {0}\n- {0}\n1. {0}")]
    [InlineData("| {0} | {0} |\n|---|---|\n| {0} | {0} |")]
    [InlineData("{0}\n\n```\n{0}, {0}, {0}\n```\n\n    {0} {0}\n")]
    [InlineData("{0}\n\n<!-- {0}\n{0} -->\n{0}\n")]
    public void Short_sentences_are_not_found(string form)
    {
        string text = form.Replace("{0}", string.Join(' ', Enumerable.Repeat("word", MostWords - 1)), StringComparison.Ordinal);
        Assert.Empty(LongSentences(new MarkdownPage("a.md", text)));
    }

    private static IEnumerable<string> LongLines(MarkdownPage page) =>
        from line in page.WrappedLines()
        where line.Text.Length > MostColumns
        select $"{page.File}:{line.Number}: {line.Text.Length} columns";

    private static IEnumerable<string> LongSentences(MarkdownPage page) =>
        from unit in page.Units()
        from sentence in SentenceEnd().Split(unit.Text)
        let words = Word().Count(sentence)
        where words > MostWords
        select $"{page.File}:{unit.Number}: {words} words: {sentence}";

    [GeneratedRegex(@"(?<=[.!?][*_)""”]*)\s+")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}'’.,/%-]*")]
    private static partial Regex Word();
}
