using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Interop;

namespace Terrace.Host.Files;

/// <summary>
/// What a text may be read from: a file. Pipes and most devices give nothing until somebody else writes, and some never end. What was
/// handed over open is the caller's own: <c>cat x | terrace config check /dev/stdin</c>.
/// </summary>
internal static class TextSource
{
    /// <summary>True for an open descriptor by its name.</summary>
    public static bool IsHandedOver(string path) =>
        path == "/dev/stdin"
        || path.StartsWith("/dev/fd/", StringComparison.Ordinal)
        || path.StartsWith("/proc/self/fd/", StringComparison.Ordinal);

    /// <summary>Why a path would be waited for; null when it would not. Whatever cannot be looked at is told when it is read.</summary>
    public static ConfigurationProblem? ProblemOf(string path) =>
        FileStatus.TryRead(path, out FileStatus status) != 0 ? null
        : status.Kind is FileKind.Pipe or FileKind.Socket
            ? new ConfigurationProblem(path, 0, "", "is a pipe or a socket", "put a file in its place, or remove it")
        : status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice && !status.IsMemoryDevice
            ? new ConfigurationProblem(path, 0, "", "is a device", "name a file")
        : null;

    /// <summary>
    /// The same of an open file: /proc/kmsg is a file by its kind, and a read of it waits for the kernel's next message, and takes it.
    /// </summary>
    public static ConfigurationProblem? ProblemOf(string path, SafeFileHandle file) =>
        FileStatus.FileSystemOf(file) == FileStatus.ProcFs
            ? new ConfigurationProblem(path, 0, "", "is a file of the kernel's own", "name a file of yours")
            : null;
}
