using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>Brackets of a YAML text that do not fit together; what is in quotes and in comments does not count.</summary>
internal static class YamlBrackets
{
    private const string Example = "write { key: value, key: value } and [a, b]";

    /// <summary>
    /// The innermost bracket that is open where the text ends, or the first that closes another one or none, with its line; null
    /// when all fit.
    /// </summary>
    public static (long Line, Problem Problem)? ProblemOf(string text)
    {
        Stack<(char Bracket, int Line)> open = [];
        (long Line, Problem Problem)? wrong = null;
        int line = 1;
        char quote = '\0';
        for (int i = 0; i < text.Length && wrong is null; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (quote != '\0')
            {
                i += c == '\\' && quote == '"' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && BeginsValue(text, i, open.Count > 0))
            {
                quote = c;
            }
            else if (c == '#' && (i == 0 || text[i - 1] is ' ' or '\t' or '\n'))
            {
                i = text.IndexOf('\n', i) is >= 0 and var end ? end - 1 : text.Length;
            }
            else if (c is '{' or '[' && BeginsValue(text, i, open.Count > 0))
            {
                open.Push((c, line));
            }
            else if (c is '{' or '[' && open.Count > 0)
            {
                wrong = (line, new Problem($"has '{c}' in a word that stands in brackets itself", "put the whole value in quotes"));
            }
            else if (c is '}' or ']')
            {
                wrong = ProblemOfClosing(text, i, open, line);
            }
        }

        return wrong
            ?? (quote == '\0' && open.TryPeek(out (char Bracket, int Line) last)
                ? (last.Line, new Problem($"opens a bracket '{last.Bracket}' that is not closed", Example))
                : null);
    }

    private static (long Line, Problem Problem)? ProblemOfClosing(string text, int at, Stack<(char Bracket, int Line)> open, int line)
    {
        char c = text[at];
        if (open.TryPop(out (char Bracket, int Line) last))
        {
            char right = last.Bracket == '{' ? '}' : ']';
            string where = last.Line == line ? "" : $" of line {last.Line}";
            return c == right
                ? null
                : (line, new Problem($"closes the bracket '{last.Bracket}'{where} with '{c}'", $"write '{right}' before it"));
        }

        // Elsewhere it is a letter of a word.
        int before = at - 1;
        while (before >= 0 && text[before] is ' ')
        {
            before--;
        }

        return before < 0 || text[before] is '\n' or '}' or ']' or ',' or ':'
            ? (line, new Problem($"closes a bracket with '{c}' that was not opened", "remove it"))
            : null;
    }

    // Within a word these signs are letters like others. JSON has values right after a colon.
    private static bool BeginsValue(string text, int at, bool inBrackets) =>
        at == 0 || text[at - 1] is ' ' or '[' or '{' or ',' or '\n' || (inBrackets && text[at - 1] == ':');
}
