using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>A system call that is to be made, with its arguments (syscall(2)). Interrupted calls are repeated.</summary>
internal readonly record struct SystemCall(long Number, nint A = 0, nint B = 0, nint C = 0, nint D = 0, nint E = 0, nint F = 0)
{
    /// <summary>Its result is a descriptor.</summary>
    public bool OpensFile => Number is Libc.SYS_openat or Libc.SYS_openat2;

    /// <summary>Reads until the room is full or the file ends, where the kernel gives a page at a time (fs/seq_file.c).</summary>
    public bool ReadsOn { get; init; }

    /// <summary>Makes it: its result, or minus the error number.</summary>
    public nint Perform()
    {
        nint total = 0;
        while (true)
        {
            nint result = ReadsOn
                ? Libc.SystemCall(Number, A, B + total, C - total, D + total, 0, 0)
                : Libc.SystemCall(Number, A, B, C, D, E, F);
            int error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == Errno.EINTR)
            {
                continue;
            }

            if (error != 0)
            {
                return total > 0 ? total : -error;
            }

            if (!ReadsOn)
            {
                return result;
            }

            total += result;
            if (result == 0 || total == C)
            {
                return total;
            }
        }
    }
}
