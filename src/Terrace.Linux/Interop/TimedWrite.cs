using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Writes to files of /sys on which the kernel may work without end: taking memory offline tries again until it succeeds or a signal is
/// pending (mm/memory_hotplug.c, offline_pages; Documentation/admin-guide/mm/memory-hotplug.rst advises a time limit by signal).
/// </summary>
internal static class TimedWrite
{
    private const int SIGALRM = 14;
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(50);

    // A handler in place of the signal's default action, which is to end the process. It stays: a signal may come late.
    private static readonly Lazy<PosixSignalRegistration> s_handler = new(
        () => PosixSignalRegistration.Create((PosixSignal)SIGALRM, context => context.Cancel = true));

    /// <summary>
    /// Writes all at once: 0, or the error number; EINTR when the time ran out or <paramref name="stop"/> was cancelled first.
    /// </summary>
    public static int Write(string path, ReadOnlySpan<byte> text, TimeSpan limit, CancellationToken stop)
    {
        int error = LinuxFile.TryOpenWrite(path, out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        using (file)
        {
            _ = s_handler.Value;
            using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(stop);
            done.CancelAfter(limit);
            CancellationToken over = done.Token;
            nint thread = Libc.SystemCall(Libc.SYS_gettid, 0, 0, 0, 0, 0, 0);

            // Again and again: a signal that comes before the call has begun would be lost.
            using Timer alarm = new(_ => Interrupt(thread, over), null, s_again, s_again);
            while (true)
            {
                int written = file!.WriteOnce(0, text);
                if (written != -Errno.EINTR || over.IsCancellationRequested)
                {
                    return written == text.Length ? 0 : written < 0 ? -written : Errno.EIO;
                }
            }
        }
    }

    private static void Interrupt(nint thread, CancellationToken over)
    {
        if (over.IsCancellationRequested)
        {
            Libc.SystemCall(Libc.SYS_tgkill, Environment.ProcessId, thread, SIGALRM, 0, 0, 0);
        }
    }
}
