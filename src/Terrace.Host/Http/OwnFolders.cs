using Terrace.Linux.Interop;

namespace Terrace.Host.Http;

/// <summary>
/// Says whether nobody else can replace a file that root makes: every folder on the way to it belongs to root or to this user, and others
/// may not write to it, or may not replace what is not theirs (the sticky bit of chmod(1)).
/// </summary>
internal static class OwnFolders
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The first folder in which others could; null when there is none.</summary>
    public static string? FirstOfOthers(string path)
    {
        for (string? folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            // A link and what it leads to.
            if (FileStatus.TryReadLink(folder, out FileStatus link) != 0
                || FileStatus.TryRead(folder, out FileStatus status) != 0
                || !IsOwn(link)
                || !IsOwn(status)
                || !KeepsOthersOut(File.GetUnixFileMode(folder)))
            {
                return folder;
            }
        }

        return null;
    }

    private static bool KeepsOthersOut(UnixFileMode mode) =>
        (mode & OthersWrite) == UnixFileMode.None || mode.HasFlag(UnixFileMode.StickyBit);

    private static bool IsOwn(FileStatus status) => status.UserId == 0 || status.UserId == EffectiveUser.Id;
}
