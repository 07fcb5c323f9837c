namespace Terrace.Linux.Interop;

/// <summary>The place of a Unix socket in the file system.</summary>
public static class SocketFile
{
    /// <summary>
    /// Makes room for a socket: removes one that root or this user left behind; null, or why there is no room. What another user put there,
    /// and what is no socket, stays.
    /// </summary>
    public static string? MakeRoom(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int error = FileStatus.TryReadLink(path, out FileStatus there);
        if (error != 0)
        {
            return error == Errno.ENOENT ? null : ErrorWords.Of(error);
        }

        if (there.Kind != FileKind.Socket)
        {
            return "there is something else at its path";
        }

        if (there.UserId != 0 && there.UserId != EffectiveUser.Id)
        {
            return $"there is a socket of another user ({there.UserId})";
        }

        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return ErrorWords.Of(problem);
        }
    }
}
