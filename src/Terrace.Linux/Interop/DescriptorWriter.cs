using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>Writes to descriptors that were open before the program began: pipes, terminals and files alike.</summary>
public static unsafe class DescriptorWriter
{
    /// <summary>
    /// True for a pipe or socket whose reader has gone: poll(2) says POLLERR of it, without a byte written. Waits for that at most
    /// <paramref name="timeout"/>.
    /// </summary>
    public static bool IsNobodyReading(SafeFileHandle file, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(file);
        PollFd poll = new() { Fd = (int)file.DangerousGetHandle() };
        return Libc.Poll(&poll, 1, (int)timeout.TotalMilliseconds) > 0 && (poll.Returned & PollFd.POLLERR) != 0;
    }

    /// <summary>Writes all bytes at the file's own position: 0, or the error number (EPIPE: nobody reads; EBADF: it is closed).</summary>
    public static int WriteAll(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        int fd = (int)file.DangerousGetHandle();
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Libc.Write(fd, start, (nuint)bytes.Length);
            }

            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == Errno.EAGAIN)
            {
                // Somebody who shares the terminal or pipe has made it non-blocking.
                PollFd poll = new() { Fd = fd, Events = PollFd.POLLOUT };
                _ = Libc.Poll(&poll, 1, -1);
            }
            else if (error != Errno.EINTR)
            {
                return error;
            }
        }

        return 0;
    }
}
