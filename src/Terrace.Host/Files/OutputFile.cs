
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Host.Files;

/// <summary>
/// A file that a command writes because its user named it. What is there is replaced only by another of the same kind, and only as
/// a whole, with its mode and, where that is permitted, its owner; folders, devices and symbolic links are refused. All of it happens in
/// the folder as it was when it was checked, whatever becomes of the path. What was handed over open (<c>/dev/stdout</c>,
/// <c>/dev/fd/3</c>), pipes and <c>/dev/null</c> are written to as they are.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private const string NameAnother = "name another file, or remove that one";

    // Octal 2.
    private const uint OthersMayWrite = 0b010;

    private readonly string _option;
    private readonly string _path;
    private readonly SafeFileHandle? _open;
    private readonly OpenFolder? _folder;
    private string _next = "";

    private OutputFile(string option, string path, SafeFileHandle? open, OpenFolder? folder = null)
    {
        _option = option;
        _path = path;
        _open = open;
        _folder = folder;
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

        if (error is not 0 and not Errno.ENOENT)
        {
            throw Failure(option, path, error);
        }

        if (error != 0 && Path.EndsInDirectorySeparator(path))
        {
            throw Refusal(option, path, "is the name of a folder", "name a file in it");
        }

        if (error == 0 && status.Kind != FileKind.File)
        {
            throw NotReplaceable(option, path, status.Kind);
        }

        error = OpenFolder.TryOpenToName(Path.GetDirectoryName(Path.GetFullPath(path))!, out OpenFolder? folder);
        if (error != 0)
        {
            throw Failure(option, path, error);
        }

        OutputFile output = new(option, path, open: null, folder);
        try
        {
            output.CheckReplaced(content);
            output.MakeNext().Dispose();
            output.RemoveNext();
            return output;
        }
        catch (CommandFailure)
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>
    /// True for a descriptor of the caller's, such as /dev/stdout: whoever reads it may go, as <c>head</c> does, and nothing is wrong.
    /// </summary>
    public bool IsHandedOver => HandedOver(_path) is not null;

    /// <summary>True for /dev/stdout by any of its names.</summary>
    public static bool IsStandardOutput(string? path) => path is not null && HandedOver(path) == 1;

    /// <summary>Opens it for writing line by line; from now on it is there, and what was there is gone.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public StreamWriter OpenText() => new(OpenStream());

    /// <summary>Opens it for writing bit by bit; from now on it is there, and what was there is gone.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public Stream OpenStream()
    {
        if (_open is not null)
        {
            return new DescriptorStream(_open);
        }

        FileStream next = MakeNext();
        PutInPlace();
        return next;
    }

    /// <summary>Closes a pipe, so that its reader comes to the end.</summary>
    public void Dispose()
    {
        _open?.Dispose();
        _folder?.Dispose();
    }

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
        catch (IOException problem) when (IsHandedOver && OutputProblem.IsNobodyReads(problem))
        {
            throw Refusal(ExitCode.NobodyReads, _option, _path, "is read by nobody any more", "start its reader again");
        }
        catch (IOException problem)
        {
            if (_open is null)
            {
                RemoveNext();
            }

            throw Refusal(_option, _path, $"cannot be written: {OutputProblem.Of(problem)}", OutputProblem.FixOf(problem));
        }

        if (_open is null)
        {
            PutInPlace();
        }
    }

    private string Name => Path.GetFileName(Path.GetFullPath(_path));

    // Open descriptors by their names: the user's shell opened them, whatever they are. Opening them again would begin at the start
    // of a file that others write to as well.
    private static int? HandedOver(string path) =>
        path == "/dev/stdout" ? 1
        : path == "/dev/stderr" ? 2
        : path.StartsWith("/dev/fd/", StringComparison.Ordinal) && int.TryParse(path.AsSpan(8), out int fd) ? fd
        : path.StartsWith("/proc/self/fd/", StringComparison.Ordinal) && int.TryParse(path.AsSpan(14), out fd) ? fd
        : null;

    private static CommandFailure NotReplaceable(string option, string path, FileKind kind) => kind switch
    {
        FileKind.Link => FileStatus.TryRead(path, out _) switch
        {
            Errno.ENOENT => Refusal(option, path, "is a symbolic link to nothing", NameAnother),
            Errno.ELOOP => Refusal(option, path, "is a symbolic link that leads in a circle", NameAnother),
            _ => Refusal(option, path, "is a symbolic link", "name the file itself"),
        },
        FileKind.Folder => Refusal(option, path, "is a folder", "name a file in it"),
        _ => Refusal(option, path, "is no file", "name a file"),
    };

    // What will be replaced, by its name in the open folder.
    private void CheckReplaced(OutputContent content)
    {
        int error = _folder!.TryOpenFile(Name, out SafeFileHandle? file);
        if (error == Errno.ENOENT)
        {
            return;
        }

        if (error != 0)
        {
            throw Failure(_option, _path, error);
        }

        using (file)
        {
            if (FileStatus.TryRead(file!, out FileStatus status) == 0 && status.Kind != FileKind.File)
            {
                throw NotReplaceable(_option, _path, status.Kind);
            }

            Span<byte> start = stackalloc byte[64];
            int read = RandomAccess.Read(file!, start, 0);
            if (read > 0 && !content.IsIn(start[..read]))
            {
                throw Refusal(_option, _path, $"exists and is not {content.Name}", NameAnother);
            }

            // What is written here would be that user's: they could have put it there for that.
            if (status.UserId != EffectiveUser.Id && IsForEverybody())
            {
                throw Refusal(
                    _option, _path, $"belongs to another user ({status.UserId}), in a folder that everybody may write to", NameAnother);
            }
        }
    }

    private bool IsForEverybody() => _folder!.TryStatus(".", out FileStatus folder) == 0 && (folder.Mode & OthersMayWrite) != 0;

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
        Refusal(ExitCode.CannotWrite, option, path, what, fix);

    private static CommandFailure Refusal(int exitCode, string option, string path, string what, string fix) =>
        new(exitCode, new Problem($"{option}: '{path}' {what}", fix));

    private FileStream MakeNext()
    {
        int error = _folder!.TryStatus(Name, out FileStatus replaced);
        error = error == 0 && replaced.Kind == FileKind.File ? _folder.TryMakeLike(Name, replaced, out _next, out SafeFileHandle? file)
            : _folder.TryMake(Name, mode: null, out _next, out file);
        return error == 0 ? new FileStream(file!, FileAccess.Write) : throw Failure(_option, _path, error);
    }

    private void RemoveNext() => _ = _folder!.Remove(_next);

    private void PutInPlace()
    {
        int error = _folder!.Rename(_next, Name);
        if (error != 0)
        {
            RemoveNext();
            throw Failure(_option, _path, error);
        }
    }
}
