using System.Globalization;

namespace Terrace.Architecture.Tests;

/// <summary>
/// Counts that may fall and never rise, kept in a file of lines <c>name: count</c>; a name that is not in it counts as 0. When a
/// count falls,
/// a warning asks for the lower one to be written down.
/// </summary>
internal sealed class Ratchet
{
    private readonly string _path;
    private readonly Dictionary<string, int> _most;

    private Ratchet(string path, Dictionary<string, int> most) => (_path, _most) = (path, most);

    /// <exception cref="FormatException">A line has another form.</exception>
    public static Ratchet Read(string path) => Parse(path, Repository.Read(path));

    /// <exception cref="FormatException">A line has another form.</exception>
    public static Ratchet Parse(string path, string text)
    {
        Dictionary<string, int> most = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n').Where(line => line.Trim().Length > 0 && line[0] != '#'))
        {
            string[] sides = line.Split(':', StringSplitOptions.TrimEntries);
            if (sides.Length != 2
                || !int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || !most.TryAdd(sides[0], count))
            {
                throw new FormatException($"{path}: '{line}' is not 'name: count', or its name is there twice");
            }
        }

        return new Ratchet(path, most);
    }

    /// <summary>Fails when a count rose; <paramref name="hint"/> says what to do about a name.</summary>
    public void Check(IReadOnlyDictionary<string, int> counts, Func<string, string> hint)
    {
        foreach ((string name, int count) in counts.Where(one => one.Value < MostOf(one.Key)))
        {
            TestContext.Current.AddWarning($"{_path}: write {name}: {count}, it was {MostOf(name)}");
        }

        string risen = string.Join('\n', Risen(counts).Select(name => $"{name}: {counts[name]}, at most {MostOf(name)}; {hint(name)}"));
        Assert.True(risen.Length == 0, risen);
    }

    /// <summary>Names whose counts are higher than they may be.</summary>
    public IEnumerable<string> Risen(IReadOnlyDictionary<string, int> counts) =>
        counts.Where(one => one.Value > MostOf(one.Key)).Select(one => one.Key);

    private int MostOf(string name) => _most.GetValueOrDefault(name);
}
