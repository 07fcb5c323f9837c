using System.CommandLine;

namespace Terrace.Cli.Help;

/// <summary>
/// A command's description, taken apart. Its first paragraph is the summary, which lists show; other paragraphs, and blocks of
/// indented lines below a heading (<c>Examples:</c>), only the command's own help and the manual page show.
/// </summary>
/// <param name="Summary">One line.</param>
/// <param name="Blocks">The rest, in order.</param>
internal sealed record CommandText(string Summary, IReadOnlyList<TextBlock> Blocks)
{
    /// <summary>Reads a command's description.</summary>
    public static CommandText Of(Command command)
    {
        List<TextBlock> blocks = [];
        List<string> paragraph = [];
        string? heading = null;
        List<string> indented = [];
        foreach (string line in (command.Description ?? "").ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                heading ??= paragraph.Count > 0 ? paragraph[^1] : "";
                indented.Add(line);
                continue;
            }

            if (heading is not null || line.Length == 0)
            {
                End();
            }

            if (line.Length > 0)
            {
                paragraph.Add(line);
            }
        }

        End();
        return new CommandText(blocks is [{ Heading: null } first, ..] ? first.Lines[0] : "", [.. blocks.Skip(1)]);

        void End()
        {
            if (heading is not null && paragraph.Count > 0)
            {
                paragraph.RemoveAt(paragraph.Count - 1);
            }

            if (paragraph.Count > 0)
            {
                blocks.Add(new TextBlock(null, [string.Join(' ', paragraph)]));
            }

            if (heading is not null)
            {
                blocks.Add(new TextBlock(heading, [.. indented]));
            }

            paragraph.Clear();
            indented.Clear();
            heading = null;
        }
    }
}
