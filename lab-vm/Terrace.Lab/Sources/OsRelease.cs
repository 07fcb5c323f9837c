namespace Terrace.Lab.Sources;

/// <summary>Which system this is (os-release(5)).</summary>
/// <param name="Id">"debian", "ubuntu", "fedora"; "linux" where it is not said.</param>
/// <param name="Name">Its name for people.</param>
public sealed record OsRelease(string Id, string Name)
{
    /// <summary>Reads the file's text.</summary>
    public static OsRelease Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, string> values = [];
        foreach (var line in text.Split('\n'))
        {
            if (line.Split('=', 2) is [var name, var value] && !name.StartsWith('#'))
            {
                values[name.Trim()] = value.Trim().Trim('"', '\'');
            }
        }

        var id = values.GetValueOrDefault("ID", "linux");
        return new OsRelease(id, values.GetValueOrDefault("PRETTY_NAME") ?? values.GetValueOrDefault("NAME") ?? id);
    }
}
