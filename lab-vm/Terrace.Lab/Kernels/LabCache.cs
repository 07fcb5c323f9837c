namespace Terrace.Lab.Kernels;

/// <summary>Where fetched kernels are kept: $TERRACE_LAB_CACHE, else $XDG_CACHE_HOME/terrace-lab, else ~/.cache/terrace-lab.</summary>
public static class LabCache
{
    /// <summary>The cache's folder; it need not exist yet.</summary>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("TERRACE_LAB_CACHE") is { Length: > 0 } chosen)
            {
                return Path.GetFullPath(chosen);
            }

            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "terrace-lab");
        }
    }

    /// <summary>Holds the cache for one writer at a time, across processes; dispose to release.</summary>
    public static async Task<IDisposable> LockAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(Folder);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(100, ct);
            }
        }
    }
}
