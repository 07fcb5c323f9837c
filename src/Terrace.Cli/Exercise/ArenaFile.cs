using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>
/// The file of <c>exercise --shared</c>. All of it is written over, so it is used only if it was made for that: new, empty on
/// tmpfs (of no size, or only of holes), or marked as another exercise's. Nothing that somebody keeps is touched.
/// </summary>
internal static class ArenaFile
{
    private const string Fix = "name a file that does not exist, such as /dev/shm/exercise";

    // In the first page, behind the counter that exercises write at the start of each.
    private const int MarkAt = 16;

    // Two that start at once: the second may see the file before the first has marked it.
    private static readonly TimeSpan s_marked = TimeSpan.FromSeconds(1);

    private static ReadOnlySpan<byte> Mark => "terrace exercise"u8;

    /// <summary>Opens it with at least as many bytes.</summary>
    /// <exception cref="CommandFailure">It is not the exercise's to write to, or cannot be written.</exception>
    public static SafeFileHandle Open(string path, long bytes)
    {
        int error = PlainFile.TryCreate(path, out SafeFileHandle? file);
        bool isNew = error == 0;
        if (error == Errno.EEXIST)
        {
            error = PlainFile.TryOpen(path, out file);
        }

        try
        {
            if (error == 0 && (isNew || Check(path, file!)))
            {
                RequireRoom(path, file!, bytes);
                Prepare(file!, bytes);
                return file!;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Drop();
            throw new CommandFailure(
                ExitCode.CannotWrite, $"--shared: '{path}' cannot be used: {OutputProblem.Of(problem)}", Fix);
        }
        catch
        {
            Drop();
            throw;
        }

        void Drop()
        {
            file!.Dispose();
            if (isNew)
            {
                File.Delete(path);
            }
        }

        throw new CommandFailure(
            ExitCode.CannotWrite,
            error switch
            {
                _ when path.Length == 0 => "--shared: the name is empty",
                Errno.ELOOP => $"--shared: '{path}' is a symbolic link",
                Errno.EISDIR => $"--shared: '{path}' is a folder",
                Errno.ENXIO => $"--shared: '{path}' is no file",
                Errno.ENOENT => $"--shared: there is no folder for '{path}'",
                Errno.EACCES or Errno.EPERM => $"--shared: '{path}' may not be written",
                Errno.ENOTDIR => $"--shared: '{path}' is below a file, not in a folder",
                Errno.ENAMETOOLONG => $"--shared: '{path}' has a name that is too long",
                _ => $"--shared: '{path}' cannot be opened: {ErrorWords.Of(error)}",
            },
            Fix);
    }

    private static bool Check(string path, SafeFileHandle file)
    {
        int error = FileStatus.TryRead(file, out FileStatus status);
        if (error != 0 || status.Kind != FileKind.File)
        {
            throw new CommandFailure(ExitCode.CannotWrite, $"--shared: '{path}' is no file", Fix);
        }

        long since = Environment.TickCount64;
        while (!IsOurs(file))
        {
            // Without one page: of tmpfs that is memory that nobody has written to.
            if (FileStatus.FileSystemOf(file) == FileStatus.TmpFs
                && FileStatus.TryRead(file, out FileStatus now) == 0
                && now.AllocatedBytes == 0)
            {
                return true;
            }

            if (Environment.TickCount64 - since > s_marked.TotalMilliseconds)
            {
                throw new CommandFailure(
                    ExitCode.CannotWrite, $"--shared: '{path}' exists, and no exercise made it: all of it would be written over", Fix);
            }

            Thread.Sleep(20);
        }

        return true;
    }

    // Of a file system that is full a first access is a bus error, which ends the program.
    private static void RequireRoom(string path, SafeFileHandle file, long bytes)
    {
        if (FileStatus.FileSystemOf(file) == FileStatus.TmpFs
            && FileStatus.TryRead(file, out FileStatus mine) == 0
            && AvailableMemory.ProblemOf(FileTree.OfHost, bytes - mine.AllocatedBytes) is { } problem)
        {
            throw new CommandFailure(ExitCode.Unavailable, problem);
        }

        if (FileStatus.FreeBytesOf(file) is { } free
            && FileStatus.TryRead(file, out FileStatus status) == 0
            && bytes - status.AllocatedBytes > free)
        {
            throw new CommandFailure(
                ExitCode.CannotWrite,
                $"--shared: '{path}' has no room for {ByteSize.Format(bytes)}: its file system has {ByteSize.Format(free)} left",
                "ask for a smaller --size, or name a file elsewhere");
        }
    }

    private static bool IsOurs(SafeFileHandle file)
    {
        Span<byte> found = stackalloc byte[Mark.Length];
        return RandomAccess.Read(file, found, MarkAt) == found.Length && found.SequenceEqual(Mark);
    }

    private static void Prepare(SafeFileHandle file, long bytes)
    {
        if (RandomAccess.GetLength(file) < Chunk.PageBytes)
        {
            RandomAccess.SetLength(file, Chunk.PageBytes);
        }

        RandomAccess.Write(file, Mark, MarkAt);
        if (RandomAccess.GetLength(file) < bytes)
        {
            RandomAccess.SetLength(file, bytes);
        }
    }
}
