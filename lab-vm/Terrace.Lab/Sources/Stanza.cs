namespace Terrace.Lab.Sources;

/// <summary>
/// Fields and values between two empty lines of a deb822 file. Names are read without regard to case; of a field given twice the last
/// counts.
/// </summary>
internal sealed class Stanza(int line)
{
    private readonly Dictionary<string, (string Value, int Line)> fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Its first line in the file, from 1 on.</summary>
    public int Line => line;

    /// <summary>What keeps it from being read; null when nothing does.</summary>
    public (int Line, string Field, string What)? Wrong { get; private set; }

    public IEnumerable<string> Names => fields.Keys;

    /// <summary>A field's value, its further lines as they stand in the file; null when there is no such field.</summary>
    public string? Value(string field) => fields.TryGetValue(field, out var found) ? found.Value : null;

    /// <summary>The line of a field; the stanza's for one that is missing.</summary>
    public int LineOf(string field) => fields.TryGetValue(field, out var found) ? found.Line : line;

    public static IEnumerable<Stanza> Split(string text)
    {
        Stanza? open = null;
        string? last = null;
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var content = raw.TrimEnd();
            if (content.StartsWith('#'))
            {
                continue;
            }

            if (content.Length == 0)
            {
                if (open is not null)
                {
                    yield return open;
                }

                (open, last) = (null, null);
                continue;
            }

            open ??= new Stanza(index + 1);
            last = open.Add(content, index + 1, last);
        }

        if (open is not null)
        {
            yield return open;
        }
    }

    /// <summary>Takes a line in, and returns the name of the field that it belongs to.</summary>
    private string? Add(string content, int number, string? last)
    {
        if (content[0] is ' ' or '\t')
        {
            if (last is null)
            {
                Wrong ??= (number, content.Trim().Split(' ')[0], "continues a field, but there is none before it");
                return null;
            }

            fields[last] = (fields[last].Value + "\n" + content, fields[last].Line);
            return last;
        }

        var colon = content.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : content[..colon].TrimEnd();
        if (name.Length == 0 || name.Contains(' ', StringComparison.Ordinal))
        {
            Wrong ??= (number, content.Split(' ', ':')[0], "is not a field; write NAME: VALUE");
            return last;
        }

        fields[name] = (content[(colon + 1)..].Trim(), number);
        return name;
    }
}
