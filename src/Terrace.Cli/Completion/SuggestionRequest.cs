using System.Globalization;
using System.Text;

namespace Terrace.Cli.Completion;

/// <summary>
/// What a shell asks when a person presses Tab: <c>terrace "[suggest:N]" "LINE"</c>, the convention of System.CommandLine. LINE
/// is what stands after the program's name, N how many of its characters are before the cursor. <c>[describe:N]</c> asks for the
/// same with a tabulator and some words after each candidate that is no word by itself.
/// </summary>
/// <param name="Words">The words before the one that is being typed, without their quotes.</param>
/// <param name="Current">The word that is being typed, as far as it goes; empty at the start of a new one.</param>
/// <param name="Described">With what each candidate is.</param>
internal sealed record SuggestionRequest(IReadOnlyList<string> Words, string Current, bool Described = false)
{
    private const string Bare = "[suggest";
    private const string WithWords = "[describe";

    /// <summary>Reads it off a command line; null when that asks for something else.</summary>
    public static SuggestionRequest? TryRead(string[] args)
    {
        if (args.Length is 0 or > 2 || !args[0].EndsWith(']'))
        {
            return null;
        }

        bool described = args[0].StartsWith(WithWords, StringComparison.Ordinal);
        if (!described && !args[0].StartsWith(Bare, StringComparison.Ordinal))
        {
            return null;
        }

        string line = args.Length == 2 ? args[1] : "";
        ReadOnlySpan<char> position = args[0].AsSpan((described ? WithWords : Bare).Length..^1);
        if (position is "")
        {
            return Split(line) with { Described = described };
        }

        return position[0] == ':' && int.TryParse(position[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int cursor)
            ? Split(line[..Math.Min(cursor, line.Length)]) with { Described = described }
            : null;
    }

    /// <summary>
    /// Splits as a shell would: at spaces that are neither quoted nor escaped. A quote that is still open belongs to the word
    /// being typed.
    /// </summary>
    public static SuggestionRequest Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char letter = line[i];
            if (quote == '\0' && letter is (' ' or '\t'))
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }

                continue;
            }

            inWord = true;
            if (quote == '\0' && letter is ('"' or '\''))
            {
                quote = letter;
            }
            else if (quote != '\0' && letter == quote)
            {
                quote = '\0';
            }
            else if (quote != '\'' && letter == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
            }
            else
            {
                word.Append(letter);
            }
        }

        return new SuggestionRequest(words, word.ToString());
    }
}
