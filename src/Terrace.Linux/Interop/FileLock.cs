using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// A lock on a file that was made for that (flock(2)): the kernel lifts it however its holder ends. The file is its user's alone, since
/// whoever may open a file may hold its lock.
/// </summary>
public sealed class FileLock : IDisposable
{
    // include/uapi/asm-generic/fcntl.h
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock without waiting, and makes its file: 0, or the error number (EAGAIN: another has it).</summary>
    public static int TryTake(string path, out FileLock? taken)
    {
        taken = null;
        int error = PlainFile.TryOpenPrivate(path, out SafeFileHandle? file);
        if (error != 0)
        {
            return error;
        }

        while (Libc.FLock((int)file!.DangerousGetHandle(), LOCK_EX | LOCK_NB) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                file.Dispose();
                return error;
            }
        }

        taken = new FileLock(file);
        return 0;
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => _file.Dispose();
}
