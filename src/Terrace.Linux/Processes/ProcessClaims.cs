using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Which processes this program manages, where other instances of Terrace see it: two that scan and move one process undo each other's
/// work. A claim is a lock on the byte of a file whose number is the process's; the kernel knows whose it is, and lifts it however its
/// holder ends. Who claims the children of a process has locked another byte, which counts for all descendants.
/// </summary>
public sealed class ProcessClaims : IDisposable
{
    /// <summary>Where the file is. It must be one place for the machine, whatever folder a daemon has for its socket.</summary>
    public const string StandardFolder = "/run/terrace";

    // Process numbers are below 2^22 (PID_MAX_LIMIT, include/linux/threads.h).
    private const long Descendants = 1L << 32;

    // Deeper trees than any; a chain that is read while it changes might have no end.
    private const int MaxAncestors = 1024;

    private readonly SafeFileHandle _file;

    private ProcessClaims(SafeFileHandle file) => _file = file;

    /// <summary>Opens the file, and makes it when it is not there; null with the problem when that cannot be done.</summary>
    public static ProcessClaims? TryOpen(string folder, out Problem? problem)
    {
        string path = Path.Combine(folder, "managed.lock");
        problem = null;
        try
        {
            Directory.CreateDirectory(folder, (UnixFileMode)Convert.ToInt32("755", 8));
            int failed = PlainFile.TryOpenPrivate(path, out SafeFileHandle? file);
            problem = failed == 0 ? null : ProblemOf(path, ErrorWords.Of(failed));
            return failed == 0 ? new ProcessClaims(file!) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = ProblemOf(path, ErrorWords.Of(error));
            return null;
        }
    }

    /// <summary>Claims a process: null, or who manages it.</summary>
    public ClaimHolder? TryClaim(int pid)
    {
        if (HolderAbove(pid) is { } above)
        {
            return ClaimHolder.Of(above);
        }

        // Between a refusal and the question the holder may end.
        while (RecordLock.TrySet(_file, pid, 1) is Errno.EAGAIN or Errno.EACCES)
        {
            if (RecordLock.HolderOf(_file, pid, 1) is { } holder)
            {
                return ClaimHolder.Of(holder);
            }
        }

        return null;
    }

    /// <summary>Claims all descendants that a process has or will have, for as long as this program runs.</summary>
    public void ClaimDescendantsOf(int pid) => _ = RecordLock.TrySet(_file, Descendants + pid, 1);

    /// <summary>Gives a claim back; nothing happens when there is none.</summary>
    public void Release(int pid) => _ = RecordLock.Lift(_file, pid, 1);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static Problem ProblemOf(string path, string cause) => new(
        $"{path} cannot be opened ({cause}), so that two instances of Terrace may manage one process",
        "let root write there, or make sure that there is one instance");

    // One call in the ordinary case, in which nobody claims descendants.
    private int? HolderAbove(int pid)
    {
        if (RecordLock.HolderOf(_file, Descendants, 0) is null)
        {
            return null;
        }

        int ancestor = pid;
        for (int i = 0; i < MaxAncestors && ancestor > 0; i++)
        {
            ancestor = ProcessStat.TryRead(ancestor)?.ParentPid ?? 0;
            if (ancestor > 0 && RecordLock.HolderOf(_file, Descendants + ancestor, 1) is { } holder)
            {
                return holder;
            }
        }

        return null;
    }
}
