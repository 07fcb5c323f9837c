using System.Text.Json;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Files;

namespace Terrace.Host.Daemon;

/// <summary>
/// Shares that <c>terrace set</c> gave to groups, before those of their rules. Those that were to last are kept in a file across restarts.
/// What holds is decided on the loop's thread; the file, with its waits for the disk, is written by another.
/// </summary>
/// <param name="path">The file; it need not exist.</param>
/// <param name="write">Writes a text to a path; whole or not at all unless a test stands in.</param>
internal sealed class ShareOverrides(string path, Action<string, string>? write = null) : IDisposable
{
    private readonly FileWriter _file = new(path, write);
    private readonly Dictionary<string, FastShare> _shares = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);

    /// <summary>The share that was set for a group, or null.</summary>
    public FastShare? ShareOf(string group) => _shares.GetValueOrDefault(group);

    /// <summary>Reads what was kept. What cannot be read is left out; the text says so, or is null.</summary>
    public string? Load()
    {
        try
        {
            Dictionary<string, string> kept = JsonSerializer.Deserialize(SmallFile.Read(path), SharesJson.Default.DictionaryStringString)
                ?? [];
            foreach ((string group, string text) in kept)
            {
                if (FastShare.TryParse(text, out FastShare share, out _))
                {
                    _shares[group] = share;
                    _kept[group] = text;
                }
            }

            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"{path} cannot be read, so shares that were set before are not in force: {OutputProblem.Of(error)}";
        }
    }

    /// <summary>
    /// Sets the share of a group or of all groups of a rule, or with null gives it back to the rule; <paramref name="text"/> is the share
    /// as it was written, which is kept when it is to last (null: it is not). It holds at once and until the daemon ends, whatever becomes
    /// of the file.
    /// </summary>
    /// <returns>Ends when the file says so too, or with the <see cref="Failures.CommandFailure"/> that says why it does not.</returns>
    public Task SetAsync(string group, FastShare? share, string? text)
    {
        bool changesFile = _kept.Remove(group) | (text is not null && share is not null);
        if (share is null)
        {
            _shares.Remove(group);
        }
        else
        {
            _shares[group] = share;
            if (text is not null)
            {
                _kept[group] = text;
            }
        }

        return changesFile ? _file.WriteAsync(Text()) : Task.CompletedTask;
    }

    /// <summary>Forgets what was set for single groups whose names begin so: their whole rule has been set.</summary>
    public void RemoveBelow(string prefix)
    {
        foreach (string name in _shares.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            _shares.Remove(name);
            _kept.Remove(name);
        }
    }

    /// <summary>Forgets what was set for a group that has ended and whose name can be another's; what is kept stays.</summary>
    public void Forget(string group)
    {
        if (!_kept.ContainsKey(group))
        {
            _shares.Remove(group);
        }
    }

    /// <summary>Waits a while for the file to be written.</summary>
    public void Dispose() => _file.Dispose();

    private string Text() => JsonSerializer.Serialize(_kept, SharesJson.Indented.DictionaryStringString) + "\n";
}
