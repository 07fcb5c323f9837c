
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Host.Files;

/// <summary>
/// A file that a command writes because its user named it. What is there is replaced only by another of the same kind, and only as
/// a whole; folders, devices and symbolic links are refused. What was handed over open (<c>/dev/stdout</c>, <c>/dev/fd/3</c>), pipes
/// and <c>/dev/null</c> are written to as they are.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private const string NameAnother = "name another file, or remove that one";

    private readonly string _option;
    private readonly string _path;
    private readonly SafeFileHandle? _open;

    private OutputFile(string option, string path, SafeFileHandle? open)
    {
        _option = option;
        _path = path;
        _open = open;
    }

    /// <summary>Checks that it may be written, so that a path that may not costs no run. Leaves nothing behind.</summary>
    /// <param name="option">The option that names it, for messages.</param>
    /// <param name="path">As it was given; null when it was not, and then there is no such file.</param>
    /// <param name="content">What will be written.</param>
    /// <exception cref="CommandFailure">It may not be written.</exception>
    [return: NotNullIfNotNull(nameof(path))]
    public static OutputFile? Check(string option, string? path, OutputContent content)
    {
        if (path is null)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new CommandFailure(ExitCode.Usage, $"{option}: '{Printable.Of(path)}' is no path", "name a file");
        }

        if (path == "-")
        {
            throw new CommandFailure(
                ExitCode.Usage, $"{option}: '-' is no file here", "write /dev/stdout for standard output, or ./- for a file of that name");
        }

        if (HandedOver(path) is { } descriptor)
        {
            SafeFileHandle own = new(descriptor, ownsHandle: false);
            return FileStatus.TryRead(own, out _) == 0
                ? new OutputFile(option, path, own)
                : throw Refusal(option, path, "is not open", "name a file");
        }

        int error = FileStatus.TryReadLink(path, out FileStatus status);
        if (error == 0 && (status.Kind == FileKind.Pipe || path == "/dev/null"))
        {
            // Without waiting for a reader, which nothing could end.
            error = PlainFile.TryOpenToWrite(path, out SafeFileHandle? pipe);
            return error == 0 ? new OutputFile(option, path, pipe)
                : error == Errno.ENXIO ? throw Refusal(option, path, "is a pipe that nobody reads", "start its reader first")
                : throw Failure(option, path, error);
        }

        if (error == 0)
        {
            CheckReplaceable(option, path, content, status.Kind);
        }
        else if (error != Errno.ENOENT)
        {
            throw Failure(option, path, error);
        }
        else if (Path.EndsInDirectorySeparator(path))
        {
            throw Refusal(option, path, "is the name of a folder", "name a file in it");
        }

        OutputFile output = new(option, path, open: null);
        output.MakeNext().Dispose();
        File.Delete(output.NextPath);
        return output;
    }

    /// <summary>Opens it for writing line by line; from now on it is there, and what was there is gone.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public StreamWriter OpenText()
    {
        if (_open is not null)
        {
            return new StreamWriter(new DescriptorStream(_open));
        }

        FileStream next = MakeNext();
        PutInPlace();
        return new StreamWriter(next);
    }

    /// <summary>Closes a pipe, so that its reader comes to the end.</summary>
    public void Dispose() => _open?.Dispose();

    /// <summary>Writes it as a whole.</summary>
    /// <exception cref="CommandFailure">It cannot be written; what was there is there still.</exception>
    public void Write(Action<Stream> write)
    {
        try
        {
            using Stream stream = _open is not null ? new DescriptorStream(_open) : MakeNext();
            write(stream);
            stream.Flush();
        }
        catch (IOException problem)
        {
            if (_open is null)
            {
                File.Delete(NextPath);
            }

            throw Refusal(_option, _path, $"cannot be written: {OutputProblem.Of(problem)}", "free some space, or name a file elsewhere");
        }

        if (_open is null)
        {
            PutInPlace();
        }
    }

    private string NextPath => Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(_path))!, $".{Path.GetFileName(_path)}.{Environment.ProcessId}.new");

    // Open descriptors by their names: the user's shell opened them, whatever they are. Opening them again would begin at the start
    // of a file that others write to as well.
    private static int? HandedOver(string path) =>
        path == "/dev/stdout" ? 1
        : path == "/dev/stderr" ? 2
        : path.StartsWith("/dev/fd/", StringComparison.Ordinal) && int.TryParse(path.AsSpan(8), out int fd) ? fd
        : path.StartsWith("/proc/self/fd/", StringComparison.Ordinal) && int.TryParse(path.AsSpan(14), out fd) ? fd
        : null;

    private static void CheckReplaceable(string option, string path, OutputContent content, FileKind kind)
    {
        switch (kind)
        {
            case FileKind.File:
                break;
            case FileKind.Link:
                throw FileStatus.TryRead(path, out _) switch
                {
                    Errno.ENOENT => Refusal(option, path, "is a symbolic link to nothing", NameAnother),
                    Errno.ELOOP => Refusal(option, path, "is a symbolic link that leads in a circle", NameAnother),
                    _ => Refusal(option, path, "is a symbolic link", "name the file itself"),
                };
            case FileKind.Folder:
                throw Refusal(option, path, "is a folder", "name a file in it");
            default:
                throw Refusal(option, path, "is no file", "name a file");
        }

        int error = PlainFile.TryOpen(path, out SafeFileHandle? file);
        if (error != 0)
        {
            throw Failure(option, path, error);
        }

        using (file)
        {
            Span<byte> start = stackalloc byte[64];
            int read = RandomAccess.Read(file!, start, 0);
            if (read > 0 && !content.IsIn(start[..read]))
            {
                throw Refusal(option, path, $"exists and is not {content.Name}", NameAnother);
            }
        }
    }

    private static CommandFailure Failure(string option, string path, int error) => error switch
    {
        Errno.ENOENT => Refusal(option, path, "is in no folder that exists", "make the folder, or name a file elsewhere"),
        Errno.EACCES or Errno.EPERM or Errno.EROFS => Refusal(option, path, "may not be written", "name a file that you may write"),
        Errno.ELOOP => Refusal(option, path, "is a symbolic link", "name the file itself"),
        Errno.ENOSPC or Errno.EDQUOT => Refusal(
            option, path, $"cannot be written: {ErrorWords.Of(error)}", "free some space, or name a file elsewhere"),
        Errno.ENAMETOOLONG => Refusal(option, path, "has a name that is too long", "name a file with a shorter name"),
        Errno.ENOTDIR => Refusal(option, path, "is below a file, not in a folder", "name a file in a folder that exists"),
        _ => Refusal(
            option,
            path,
            $"cannot be written: {ErrorWords.Of(error)}",
            "name a file in a folder that exists and that you may write to"),
    };

    private static CommandFailure Refusal(string option, string path, string what, string fix) =>
        new(ExitCode.CannotWrite, new Problem($"{option}: '{path}' {what}", fix));

    private FileStream MakeNext()
    {
        int error = PlainFile.TryCreate(NextPath, out SafeFileHandle? file);
        if (error == Errno.EEXIST)
        {
            // Of a run that was killed, with the same process number.
            File.Delete(NextPath);
            error = PlainFile.TryCreate(NextPath, out file);
        }

        return error == 0 ? new FileStream(file!, FileAccess.Write) : throw Failure(_option, _path, error);
    }

    private void PutInPlace()
    {
        try
        {
            File.Move(NextPath, _path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            File.Delete(NextPath);
            throw Refusal(_option, _path, $"cannot be written: {OutputProblem.Of(problem)}", NameAnother);
        }
    }
}
