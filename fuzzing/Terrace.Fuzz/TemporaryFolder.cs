namespace Terrace.Fuzz;

/// <summary>A folder for readers of whole trees, gone when the process ends; in memory where there is a file system for that.</summary>
internal static class TemporaryFolder
{
    private const string Memory = "/dev/shm";

    /// <summary>
    /// Where it is made: where the one who started this says, who removes it when this is killed, or else in memory.
    /// </summary>
    public static string Parent { get; } =
        Environment.GetEnvironmentVariable("TMPDIR") ?? (Directory.Exists(Memory) ? Memory : Path.GetTempPath());

    public static string Make()
    {
        string path = Path.Combine(Parent, Path.GetRandomFileName());
        Directory.CreateDirectory(path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
