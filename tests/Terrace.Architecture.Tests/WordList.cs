using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>Words to avoid, from words.txt.</summary>
internal sealed class WordList
{
    private readonly List<(string Word, string Better, Regex Pattern, Regex? Allowed)> _words = [];

    private WordList()
    {
    }

    /// <summary>The words, in the order of the file.</summary>
    public IEnumerable<string> Words => _words.Select(entry => entry.Word);

    /// <exception cref="FormatException">A line does not have the form that the file's head says.</exception>
    public static WordList Parse(string text)
    {
        WordList list = new();
        foreach (string line in text.Split('\n').Where(line => line.Trim().Length > 0 && line[0] != '#'))
        {
            string[] sides = line.Split('=', 2, StringSplitOptions.TrimEntries);
            string[] right = sides.Length == 2 ? sides[1].Split('|', StringSplitOptions.TrimEntries) : [];
            if (right.Length is not (1 or 2) || sides[0].Length == 0 || right[0].Length == 0)
            {
                throw new FormatException($"words.txt: '{line}' is not 'word = better | allowed'");
            }

            string[] phrases = right.Length == 2 ? right[1].Split(';', StringSplitOptions.TrimEntries) : [];
            Regex? allowed = phrases.Length > 0 ? Pattern(string.Join('|', phrases.Select(Spaced))) : null;
            list._words.Add((sides[0], right[0], Pattern($@"(?<!\w){Spaced(sides[0])}(?!\w)"), allowed));
        }

        return list;
    }

    /// <summary>Each time that a word of the list is in a text: the word, and what is better.</summary>
    public IEnumerable<(string Word, string Better)> In(string text)
    {
        foreach ((string word, string better, Regex pattern, Regex? allowed) in _words)
        {
            for (int left = pattern.Count(allowed?.Replace(text, " ") ?? text); left > 0; left--)
            {
                yield return (word, better);
            }
        }
    }

    /// <summary>Words of a phrase may stand on two lines, and in a comment on both sides of its mark.</summary>
    private static string Spaced(string phrase) => string.Join(@"[\s/]+", phrase.Split(' ').Select(Regex.Escape));

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
