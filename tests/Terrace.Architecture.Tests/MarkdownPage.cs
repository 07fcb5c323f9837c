using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>A page of documentation, split into what is prose and what is not.</summary>
/// <param name="path">Path in the repository.</param>
/// <param name="text">Its text.</param>
internal sealed partial class MarkdownPage(string path, string text)
{
    private const string Fence = "```";
    private const string CommentStart = "<!--";
    private const string CommentEnd = "-->";

    /// <summary>Pages that people read: those at the root and those below docs.</summary>
    public static IEnumerable<MarkdownPage> All =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Select(file => new MarkdownPage(file, Repository.Read(file)));

    public string File { get; } = path;

    /// <summary>Lines that can be wrapped, with their numbers: not tables, and not code.</summary>
    public IEnumerable<(int Number, string Text)> WrappedLines() => WrappedLinesAndRows().Where(line => line.Text[0] != '|');

    /// <summary>
    /// Paragraphs, headings, list items and cells of tables, each on one line, with the number of the first. Inline code is one word,
    /// <c>code</c>.
    /// </summary>
    public IEnumerable<(int Number, string Text)> Units()
    {
        (int Number, string Text)? open = null;
        int last = 0;
        foreach ((int number, string line) in WrappedLinesAndRows())
        {
            bool begins = open is null || number > last + 1 || Beginning().IsMatch(line) || open.Value.Text[0] == '#';
            last = number;
            if (!begins)
            {
                open = (open!.Value.Number, open.Value.Text + ' ' + line.Trim());
                continue;
            }

            if (open is { } ended)
            {
                yield return (ended.Number, Plain(ended.Text));
            }

            open = line[0] == '|' ? null : (number, line.Trim());
            foreach (string cell in open is null ? Plain(line).Split('|', StringSplitOptions.RemoveEmptyEntries) : [])
            {
                yield return (number, cell);
            }
        }

        if (open is { } left)
        {
            yield return (left.Number, Plain(left.Text));
        }
    }

    /// <summary>A unit without what is not read as words: inline code, and where links lead.</summary>
    private static string Plain(string unit) => LinkTarget().Replace(InlineCode().Replace(unit, "code"), "]");

    /// <summary>The same, and rows of tables.</summary>
    public IEnumerable<(int Number, string Text)> WrappedLinesAndRows()
    {
        bool fenced = false;
        bool commented = false;
        bool afterProse = false;
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            bool isFence = line.TrimStart().StartsWith(Fence, StringComparison.Ordinal);
            fenced ^= isFence;

            // Comments are for those who edit the page.
            bool isComment = commented || line.StartsWith(CommentStart, StringComparison.Ordinal);
            commented = isComment && !line.Contains(CommentEnd, StringComparison.Ordinal);

            // Four spaces are code, except in the further lines of a list item.
            bool isCode = fenced || isFence || (line.StartsWith("    ", StringComparison.Ordinal) && !afterProse);
            bool isProse = !isCode && !isComment && line.Trim().Length > 0;
            afterProse = isProse;
            if (isProse)
            {
                yield return (index + 1, line);
            }
        }
    }

    [GeneratedRegex(@"^(#+ |\||\s*([-*]|\d+\.)\s)")]
    private static partial Regex Beginning();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex LinkTarget();
}
