using System.ComponentModel;
using System.Text.Json;

namespace Terrace.Linux.Interop;

/// <summary>
/// What an error number of Linux, or an exception that the runtime made of one, means to people: a few words that name no file, no type
/// of the runtime and, where it is known, no number.
/// </summary>
public static class ErrorWords
{
    // Error numbers are small; other values of HResult are kinds of exceptions of the runtime's own.
    private const int LargestErrno = 4095;

    /// <summary>The words for an error number.</summary>
    public static string Of(int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => "not permitted",
        Errno.ENOENT => "it does not exist, or is a link to what does not",
        Errno.EIO => "the disk reports an error",
        Errno.ENXIO or Errno.ENODEV => "there is no device or program behind it",
        Errno.ENOEXEC => "it is not a program for this machine",
        Errno.EBADF => "it is not open for this",
        Errno.EAGAIN or Errno.EBUSY => "it is in use",
        Errno.ENOMEM => "there is not enough memory",
        Errno.EEXIST => "there is something already",
        Errno.ENOTDIR => "a part of the path is a file, not a folder",
        Errno.EISDIR => "it is a folder",
        Errno.EINVAL => "the kernel does not accept it",
        Errno.ENFILE or Errno.EMFILE => "too many files are open",
        Errno.ETXTBSY => "it is a program that is running",
        Errno.EFBIG => "it would be too large",
        Errno.ENOSPC => "the disk is full",
        Errno.EROFS => "it is on a file system that is read-only",
        Errno.EPIPE => "nobody reads it any more",
        Errno.ENAMETOOLONG => "its name is too long",
        Errno.ENOSYS => "this kernel has no such call",
        Errno.ELOOP => "its symbolic links lead in a circle",
        Errno.EADDRINUSE => "another program has it",
        Errno.ECONNREFUSED => "nobody answers there",
        Errno.EDQUOT => "its user's share of the disk is used up",
        _ => $"error {errno}",
    };

    /// <summary>The words for an exception of reading or writing.</summary>
    public static string Of(Exception problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem switch
        {
            UnauthorizedAccessException => Of(Errno.EACCES),
            FileNotFoundException or DirectoryNotFoundException => Of(Errno.ENOENT),
            PathTooLongException => Of(Errno.ENAMETOOLONG),
            Win32Exception { NativeErrorCode: > 0 and <= LargestErrno and var errno } => Of(errno),
            JsonException => "it is not what Terrace writes there",
            IOException { HResult: > 0 and <= LargestErrno and var errno } => Of(errno),
            _ when problem.Message.Contains("No space left", StringComparison.Ordinal) => Of(Errno.ENOSPC),

            // Words of the runtime, with the path behind a colon.
            _ => problem.Message.Split(" : ")[0].TrimEnd('.'),
        };
    }
}
