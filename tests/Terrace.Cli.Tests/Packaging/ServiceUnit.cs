namespace Terrace.Cli.Tests.Packaging;

/// <summary>The systemd unit that comes with the program (systemd.syntax(7), as far as the unit uses it).</summary>
internal sealed class ServiceUnit
{
    private readonly Dictionary<string, List<string>> _settings = [];

    public ServiceUnit()
    {
        foreach (
            string line in File.ReadLines(FilePath).Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            (_settings.TryGetValue(line[..equals], out List<string>? values) ? values : _settings[line[..equals]] = [])
                .Add(line[(equals + 1)..]);
        }
    }

    public static string FilePath => RepositoryFiles.PathOf("packaging/terrace.service");

    /// <summary>The only value of a setting.</summary>
    public string this[string name] => Assert.Single(_settings[name]);

    public bool Has(string name) => _settings.ContainsKey(name);

    public string[] Words(string name) => this[name].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The words of all lines of a setting.</summary>
    public string[] AllWords(string name) =>
        [.. _settings[name].SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
