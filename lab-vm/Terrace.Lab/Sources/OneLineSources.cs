using System.Text;

namespace Terrace.Lab.Sources;

/// <summary>
/// Reads sources files with one line for each entry (sources.list(5), "ONE-LINE-STYLE FORMAT"): TYPE [OPTION=VALUE ...] URI SUITE
/// COMPONENT...
/// </summary>
internal static class OneLineSources
{
    public static SourcesFile Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<PackageSource> sources = [];
        List<SourceProblem> problems = [];
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var (field, what) = Read(WithoutComment(line).Trim(), $"{file}:{index + 1}", sources);
            if (what.Length > 0)
            {
                problems.Add(new SourceProblem(file, index + 1, field, what));
            }
        }

        return new SourcesFile(sources, problems);
    }

    /// <summary>Adds the entry of a line; returns which part is wrong and what is.</summary>
    private static (string Field, string What) Read(string line, string where, List<PackageSource> sources)
    {
        if (line.Length == 0)
        {
            return ("", "");
        }

        var end = line.IndexOfAny([' ', '\t', '[']);
        var type = end < 0 ? line : line[..end];
        if (type is not ("deb" or "deb-src"))
        {
            return ("type", $"'{type}' is neither deb nor deb-src");
        }

        var rest = line[type.Length..].TrimStart();
        Dictionary<string, string> options = new(StringComparer.OrdinalIgnoreCase);
        if (rest.StartsWith('['))
        {
            var close = rest.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
            {
                return ("options", "the bracket is not closed");
            }

            foreach (var option in rest[1..close].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = option.IndexOf('=', StringComparison.Ordinal);
                if (equals < 1)
                {
                    return ("options", $"'{option}' is not NAME=VALUE");
                }

                options[option[..equals]] = option[(equals + 1)..].Trim('"');
            }

            rest = rest[(close + 1)..];
        }

        return Read(type, Words(rest), options, where, sources);
    }

    private static (string Field, string What) Read(
        string type, List<string> words, Dictionary<string, string> options, string where, List<PackageSource> sources)
    {
        if (words.Count == 0)
        {
            return ("URI", "is missing");
        }

        if (PackageSource.UriProblem(words[0]) is { } problem)
        {
            return ("URI", problem);
        }

        if (words.Count == 1)
        {
            return ("suite", "is missing");
        }

        // Only an address may have spaces, in brackets; written into another file they would make several words of one.
        if (words.Skip(1).FirstOrDefault(word => word.Any(char.IsWhiteSpace)) is { } several)
        {
            return (several == words[1] ? "suite" : "component", $"'{several}' has spaces in it");
        }

        if (words.Count == 2 && !words[1].EndsWith('/'))
        {
            return ("component", "is missing");
        }

        if (type == "deb")
        {
            sources.Add(new PackageSource(words[0], words[1], words[2..], where)
            {
                Architectures = List(options, "arch"),
                Keys = List(options, "signed-by"),
                Options = options
                    .Where(option => PackageSource.KeptOption(option.Key) is not null)
                    .ToDictionary(option => PackageSource.KeptOption(option.Key)!, option => option.Value),
            });
        }

        return ("", "");
    }

    private static string[] List(Dictionary<string, string> options, string name) =>
        options.TryGetValue(name, out var value) ? value.Split(',', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>A comment begins with # anywhere but inside brackets.</summary>
    private static string WithoutComment(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '#')
            {
                return line[..i];
            }

            if (line[i] == '[' && line.IndexOf(']', i) is > 0 and var close)
            {
                i = close;
            }
        }

        return line;
    }

    /// <summary>
    /// Words end at spaces, but not within quotes and brackets: an installation disc's address is cdrom:[Name with spaces]/.
    /// </summary>
    private static List<string> Words(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        var closing = '\0';
        foreach (var letter in text.Append(' '))
        {
            if (closing != '\0')
            {
                var ends = letter == closing;
                closing = ends ? '\0' : closing;
                if (letter != '"')
                {
                    word.Append(letter);
                }
            }
            else if (letter is '"' or '[')
            {
                closing = letter == '"' ? '"' : ']';
                if (letter == '[')
                {
                    word.Append(letter);
                }
            }
            else if (!char.IsWhiteSpace(letter))
            {
                word.Append(letter);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        // What a quote that is never closed has begun, less the blank above.
        if (word.ToString().TrimEnd() is { Length: > 0 } last)
        {
            words.Add(last);
        }

        return words;
    }
}
