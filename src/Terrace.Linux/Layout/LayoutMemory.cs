using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Layout;

/// <summary>
/// Memory whose layout can be changed: a file of shared memory, its pages numbered from the file's begin, or the memory of a QEMU
/// guest, its pages numbered by their guest-physical addresses.
/// </summary>
public sealed class LayoutMemory : IDisposable
{
    private readonly PidFd? _process;
    private readonly string? _path;
    private readonly IReadOnlyList<(SafeFileHandle File, FileStatus Status)> _files;

    private LayoutMemory(
        string name,
        IReadOnlyList<LayoutPart> parts, IReadOnlyList<string> keys, PidFd? process, string? path, IReadOnlyList<(
            SafeFileHandle File, FileStatus Status)> files)
    {
        Name = name;
        Parts = parts;
        Keys = keys;
        _process = process;
        _path = path;
        _files = files;
    }

    /// <summary>What it is, for people.</summary>
    public string Name { get; }

    /// <summary>True when pages are numbered by guest-physical address, false when by their place in the file.</summary>
    public bool IsGuest => _process is not null;

    /// <summary>Its parts, ascending.</summary>
    public IReadOnlyList<LayoutPart> Parts { get; }

    /// <summary>
    /// Names of what its parts are of, the same for all who name the same file in other words; a first one is that of the whole.
    /// </summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>True when pages that are allocated later can be placed too, in all parts.</summary>
    public bool PlacesNewPages => Parts.All(part => part.PlacesNewPages);

    /// <summary>Opens a file of shared memory; null with the reason in <paramref name="refusal"/>.</summary>
    public static LayoutMemory? TryOpenFile(string path, out LayoutRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.GetFullPath(path);
        if (!TryOpen(full, out SafeFileHandle? file, out FileStatus status, out refusal))
        {
            return null;
        }

        refusal = ProblemOf(full, file!, status);
        FileLayoutPart? part = null;
        if (
            refusal is null
                && FileLayoutPart.TryOpen(
                    file!, 0, new PageSpan(0, (ulong)status.Bytes >> Chunk.PageShift), out part) is not 0 and var error)
        {
            refusal = new LayoutRefusal(
                LayoutRefusalReason.NotSuitable,
                $"pidfd_open(2) fails (error {error})",
                "Linux 5.3 or newer is needed");
        }

        if (refusal is null)
        {
            return new LayoutMemory(full, [part!], [KeyOf(status)], process: null, full, [(file!, status)]);
        }

        file!.Dispose();
        return null;
    }

    /// <summary>Finds the memory of the guest that a QEMU process runs; null with the reason in <paramref name="refusal"/>.</summary>
    public static LayoutMemory? TryOpenGuest(int pid, out LayoutRefusal? refusal)
    {
        if (PidFd.TryOpen(pid, out PidFd? process) != 0)
        {
            refusal = new LayoutRefusal(
                LayoutRefusalReason.Missing, $"there is no process {pid}", "give the number of a QEMU process, or the path of a file");
            return null;
        }

        GuestParts found = new(pid, process!);
        refusal = found.Find();
        if (refusal is null)
        {
            // Private memory has no name but its process's, whose number may come again; its start tells them apart.
            string own = string.Create(CultureInfo.InvariantCulture, $"guest-{pid}-{ProcessStat.TryRead(pid)?.StartTicks}");
            return new LayoutMemory(
                $"guest of process {pid}",
                found.Parts,
                [.. found.Files.Select(file => KeyOf(file.Status)).Append(own).Distinct()],
                process,
                path: null,
                found.Files);
        }

        // One that ends shows no memory some time before it is gone.
        refusal = process!.IsAlive && ProcessStat.TryRead(pid) is { IsExiting: false }
            ? refusal
            : new LayoutRefusal(LayoutRefusalReason.Missing, $"process {pid} has ended", "give the number of a QEMU process that runs");
        found.Dispose();
        process.Dispose();
        return null;
    }

    /// <summary>
    /// Null while it is what was opened; else what became of it: the process ended, the file was replaced, removed or made
    /// shorter.
    /// </summary>
    public string? WhatBecame()
    {
        if (_process is { IsAlive: false })
        {
            return $"process {_process.Pid} has ended";
        }

        foreach ((SafeFileHandle file, FileStatus status) in _files)
        {
            if (FileStatus.TryRead(file, out FileStatus now) != 0 || now.Bytes < status.Bytes)
            {
                return "the file was made shorter";
            }

            if (_path is not null && (FileStatus.TryRead(_path, out FileStatus there) != 0 || !there.IsSameFile(status)))
            {
                return "the file was replaced or removed";
            }
        }

        return null;
    }

    /// <summary>
    /// Who has it in its address space, and where: the process that runs the guest, or all that share the file; by process, each
    /// in the order of addresses.
    /// </summary>
    public IReadOnlyList<LayoutMapping> FindMappings() =>
        _process is not null ? LayoutMappings.OfGuest(_process.Pid) : LayoutMappings.OfFile(_files[0].Status);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LayoutPart part in Parts)
        {
            part.Dispose();
        }

        _process?.Dispose();
    }

    internal static bool TryOpen(string path, out SafeFileHandle? file, out FileStatus status, out LayoutRefusal? refusal)
    {
        file = null;
        status = default;
        refusal = null;
        if (FileStatus.TryRead(path, out FileStatus there) == 0 && KindProblem(path, there.Kind) is { } other)
        {
            // Opening a pipe waits for whoever writes to it, and a device may do anything.
            refusal = other;
            return false;
        }

        int opened = PlainFile.TryOpenToRead(path, out file);
        if (opened is Errno.EACCES or Errno.EPERM)
        {
            refusal = new LayoutRefusal(LayoutRefusalReason.NotPermitted, $"'{path}' may not be read", "run it as root");
        }
        else if (opened != 0)
        {
            refusal = new LayoutRefusal(
                LayoutRefusalReason.Missing,
                opened is not (Errno.ENOENT or Errno.ENOTDIR)
                    ? $"'{path}' cannot be opened: {ErrorWords.Of(opened)}"
                    : FileStatus.TryReadLink(path, out _) == 0 ? $"'{path}' is a symbolic link to nothing"
                    : $"there is no file '{path}'",
                "give the path of a file on tmpfs, or the number of a QEMU process");
        }

        if (file is not null && FileStatus.TryRead(file, out status) is not 0 and var error)
        {
            refusal = new LayoutRefusal(
                LayoutRefusalReason.NotSuitable, $"'{path}' cannot be identified (error {error})", "name a file on tmpfs");
            file.Dispose();
        }

        return refusal is null;
    }

    private static LayoutRefusal? KindProblem(string path, FileKind kind) => kind switch
    {
        FileKind.File => null,
        FileKind.Folder => new LayoutRefusal(LayoutRefusalReason.NotMemory, $"'{path}' is a folder", "name a file in it"),
        _ => new LayoutRefusal(
            LayoutRefusalReason.NotMemory,
            $"'{path}' is a {(kind == FileKind.Pipe ? "pipe" : kind == FileKind.Socket ? "socket" : "device")}, not a file",
            "name a file on tmpfs, such as below /dev/shm, or the number of a QEMU process"),
    };

    internal static LayoutRefusal? ProblemOf(string name, SafeFileHandle file, FileStatus status) => FileStatus.FileSystemOf(file) switch
    {
        FileStatus.TmpFs when status.Bytes == 0 => new LayoutRefusal(
            LayoutRefusalReason.NotSuitable, $"'{name}' is empty", "give it its size first, as with truncate -s 128M"),
        FileStatus.TmpFs when status.Bytes % Chunk.PageBytes != 0 => new LayoutRefusal(
            LayoutRefusalReason.NotSuitable,
            $"'{name}' is {status.Bytes} bytes, which is not a whole number of pages",
            "give it a size that is a multiple of 4 KiB"),
        FileStatus.TmpFs => null,
        FileStatus.HugeTlbFs => new LayoutRefusal(
            LayoutRefusalReason.NotSuitable,
            $"'{name}' is on hugetlbfs, whose files have no memory policy of their own "
                + $"(Documentation/admin-guide/mm/numa_memory_policy.rst)",
            "give the number of the QEMU process whose guest's memory it is, and its pages are moved; for pages to come use tmpfs, "
                + "mounted with huge=always for huge pages"),
        _ => new LayoutRefusal(
            LayoutRefusalReason.NotSuitable,
            $"'{name}' is not shared memory but a file on a disk",
            "name a file on tmpfs, such as below /dev/shm, or the number of a QEMU process"),
    };

    private static string KeyOf(FileStatus status) =>
        string.Create(CultureInfo.InvariantCulture, $"file-{status.Device:x}-{status.Inode}-{status.BornNanoseconds:x}");
}
