using System.CommandLine;
using System.CommandLine.Help;

namespace Terrace.Cli.Help;

/// <summary>Writes the help of a command, no line longer than <paramref name="width"/> unless one word is.</summary>
internal sealed class HelpWriter(TextWriter output, int width)
{
    private const int Indent = 2;
    private const string Comment = "  # ";

    private const string More = "terrace COMMAND --help explains a command and shows examples. "
        + "The manual page has it all, and the exit codes: man terrace, or terrace man | man -l -";

    /// <summary>Writes a command's help.</summary>
    public void Write(Command command)
    {
        CommandText text = CommandText.Of(command);
        Paragraph(text.Summary);
        output.WriteLine();
        Usage(command);
        if (command is GroupedRootCommand root)
        {
            Groups(root);
            Rows("Options:", [.. OptionRows(command)]);
            output.WriteLine();
            Paragraph(More);
            return;
        }

        foreach (TextBlock paragraph in text.Blocks.Where(block => block.Heading is null))
        {
            output.WriteLine();
            Paragraph(paragraph.Lines[0]);
        }

        Rows("Commands:", [.. SubcommandsOf(command).Select(subcommand => (subcommand.Name, CommandText.Of(subcommand).Summary))]);
        Rows("Arguments:", [.. ArgumentsOf(command).Select(argument => (SymbolText.NameOf(argument), SymbolText.MeaningOf(argument)))]);
        Rows("Options:", [.. OptionRows(command)]);
        foreach (TextBlock block in text.Blocks.Where(block => block.Heading is not null))
        {
            if (block.IsExamples)
            {
                Examples(block);
            }
            else
            {
                Rows(block.Heading!, Entries(block));
            }
        }
    }

    /// <summary>Writes what one option of a command means.</summary>
    public void Write(Command command, Option option)
    {
        Hanging("Usage: ", $"{SymbolText.PathOf(command)} {SymbolText.UsageOf(option)}");
        Rows(null, [(SymbolText.LabelOf(option), SymbolText.MeaningOf(option))]);
    }

    /// <summary>Writes a part of a command's description, by the heading of it.</summary>
    public void WriteBlock(Command command, string heading)
    {
        TextBlock block = CommandText.Of(command).Blocks.First(block => block.Heading == heading);
        Rows(heading, Entries(block), isFirst: true);
        foreach (TextBlock after in CommandText.Of(command).Blocks.SkipWhile(other => other.Heading != heading).Skip(1).Take(1))
        {
            output.WriteLine();
            Paragraph(string.Join(' ', after.Lines));
        }
    }

    private static IEnumerable<Command> SubcommandsOf(Command command) => command.Subcommands.Where(subcommand => !subcommand.Hidden);

    private static IEnumerable<Argument> ArgumentsOf(Command command) => command.Arguments.Where(argument => !argument.Hidden);

    private static IEnumerable<(string, string)> OptionRows(Command command)
    {
        foreach (Option option in command.Options.Where(option => !option.Hidden && option is not HelpOption))
        {
            yield return (SymbolText.LabelOf(option), SymbolText.MeaningOf(option));
        }

        yield return ("-h, --help", "Show this help.");
    }

    private void Usage(Command command)
    {
        string path = SymbolText.PathOf(command);
        IEnumerable<string> requiredOptions = command.Options.Where(option => option.Required).Select(SymbolText.UsageOf);
        string required = string.Concat(requiredOptions.Select(option => " " + option));
        string arguments = string.Concat(ArgumentsOf(command).Select(argument => " " + SymbolText.UsageOf(argument)));
        List<string> lines = [];
        if (command.Action is not null)
        {
            lines.Add($"{path}{required} [OPTIONS]{arguments}");
        }

        if (SubcommandsOf(command).Any())
        {
            lines.Add($"{path} COMMAND{(command is RootCommand ? " [OPTIONS]" : "")}");
        }

        for (int i = 0; i < lines.Count; i++)
        {
            Hanging(i == 0 ? "Usage: " : "       ", lines[i]);
        }
    }

    private void Groups(GroupedRootCommand root)
    {
        int group = root.Groups.Max(each => each.Name.Length) + Indent;
        int name = root.Groups.SelectMany(each => each.Commands).Max(command => command.Name.Length) + Indent;
        foreach (CommandGroup each in root.Groups)
        {
            output.WriteLine();
            foreach (Command command in each.Commands)
            {
                string label = command == each.Commands[0] ? each.Name : "";
                Hanging(label.PadRight(group) + command.Name.PadRight(name), CommandText.Of(command).Summary);
            }
        }
    }

    private void Rows(string? heading, List<(string Label, string Text)> rows, bool isFirst = false)
    {
        if (rows.Count == 0)
        {
            return;
        }

        if (!isFirst)
        {
            output.WriteLine();
        }

        if (heading is not null)
        {
            output.WriteLine(heading);
        }

        int left = Math.Min(rows.Max(row => row.Label.Length), width / 3);
        foreach ((string label, string text) in rows)
        {
            if (label.Length > left)
            {
                output.WriteLine(new string(' ', Indent) + label);
                Hanging(new string(' ', Indent + left + Indent), text);
            }
            else
            {
                Hanging(new string(' ', Indent) + label.PadRight(left + Indent), text);
            }
        }
    }

    // Of "  word  meaning", and lines indented more that continue it.
    internal static List<(string Label, string Text)> Entries(TextBlock block)
    {
        List<(string Label, string Text)> entries = [];
        foreach (string line in block.Lines)
        {
            int gap = line.IndexOf("  ", Indent, StringComparison.Ordinal);
            if (line.StartsWith("   ", StringComparison.Ordinal) && entries.Count > 0)
            {
                entries[^1] = (entries[^1].Label, $"{entries[^1].Text} {line.Trim()}");
            }
            else
            {
                entries.Add(gap < 0 ? (line.Trim(), "") : (line[Indent..gap], line[gap..].Trim()));
            }
        }

        return entries;
    }

    private void Examples(TextBlock block)
    {
        output.WriteLine();
        output.WriteLine(block.Heading);
        foreach (string line in block.Lines)
        {
            int comment = line.IndexOf(Comment, StringComparison.Ordinal);
            if (line.Length <= width || comment < 0)
            {
                Continued(line);
                continue;
            }

            // Too narrow for both side by side: what it does, and below it the command.
            Hanging("  # ", line[(comment + Comment.Length)..].Trim());
            Continued(line[..comment].TrimEnd());
        }
    }

    // A command line that is too long continues after a backslash, as it may in a shell.
    private void Continued(string line)
    {
        while (line.Length > width && line.LastIndexOf(' ', width - 2) is var blank && blank > 2 * Indent)
        {
            output.WriteLine(line[..blank] + " \\");
            line = new string(' ', 2 * Indent) + line[(blank + 1)..];
        }

        output.WriteLine(line);
    }

    private void Paragraph(string text) => Hanging("", text);

    // Further lines begin below the text of the first.
    private void Hanging(string lead, string text)
    {
        string line = lead;
        bool begun = false;
        foreach (string word in Words(text, width - lead.Length))
        {
            if (begun && line.Length + 1 + word.Length > width)
            {
                output.WriteLine(line);
                line = new string(' ', lead.Length);
                begun = false;
            }

            line += begun ? " " + word : word;
            begun = true;
        }

        output.WriteLine(line.TrimEnd());
    }

    // A default at the end is one word, where there is room for it: it is not torn apart.
    private static IEnumerable<string> Words(string text, int room)
    {
        int end = text.EndsWith(']') ? text.LastIndexOf(" [default: ", StringComparison.Ordinal) : -1;
        end = text.Length - end > room ? -1 : end;
        string[] words = text[..(end < 0 ? text.Length : end)].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return end < 0 ? words : words.Append(text[(end + 1)..]);
    }
}
