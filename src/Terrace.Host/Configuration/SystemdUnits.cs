namespace Terrace.Host.Configuration;

/// <summary>Which units systemd knows on a host (systemd.unit(5)).</summary>
internal sealed class SystemdUnits(string root)
{
    private static readonly string[] s_folders =
    [
        "etc/systemd/system", "run/systemd/system", "run/systemd/transient", "run/systemd/generator", "usr/local/lib/systemd/system",
        "usr/lib/systemd/system", "lib/systemd/system",
    ];

    // Those of control groups.
    private static readonly string[] s_suffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"];

    // Units that start others, or stand for what is no process: none is in them.
    private static readonly string[] s_withoutProcesses = [".timer", ".path", ".target", ".device", ".automount"];

    private readonly HashSet<string>? _names = NamesIn(root);

    /// <summary>True when the name ends as those of units do.</summary>
    public static bool HasSuffix(string name) => s_suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>True for a name of units that no process is ever in: a timer's is in the service that it starts.</summary>
    public static bool IsWithoutProcesses(string name) =>
        s_withoutProcesses.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>True when there is such a unit, or it cannot be known.</summary>
    public bool MayExist(string name)
    {
        // Scopes are made while the host runs, and slices need no file.
        if (_names is null || name.EndsWith(".scope", StringComparison.Ordinal) || name.EndsWith(".slice", StringComparison.Ordinal))
        {
            return true;
        }

        int at = name.IndexOf('@', StringComparison.Ordinal);
        int dot = name.LastIndexOf('.');
        return _names.Contains(name) || (at > 0 && dot > at && _names.Contains(name[..(at + 1)] + name[dot..]));
    }

    private static HashSet<string>? NamesIn(string root)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string folder in s_folders)
        {
            try
            {
                names.UnionWith(Directory.EnumerateFileSystemEntries(Path.Combine(root, folder)).Select(path => Path.GetFileName(path)));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not every host has each of them.
            }
        }

        // A host without systemd, or one whose units this user may not see.
        return names.Any(HasSuffix) ? names : null;
    }
}
