using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>Calls about paths that a process has named: one of them can lead to a file system whose server does not answer.</summary>
public sealed partial class BoundedCalls
{
    /// <summary>True for a process that is not asked now.</summary>
    public bool PutsAside(int pid)
    {
        lock (_gate)
        {
            return Refuses(pid);
        }
    }

    /// <summary>
    /// openat2(2) in an open folder, as <paramref name="how"/> (struct open_how) has it: the descriptor, or minus the error number.
    /// <paramref name="path"/> ends with NUL.
    /// </summary>
    internal int OpenIn(int pid, int folder, ReadOnlySpan<byte> path, ReadOnlySpan<ulong> how)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            int howBytes = how.Length * sizeof(ulong);
            CallThread thread = ThreadWith(howBytes + path.Length, out Span<byte> memory);
            MemoryMarshal.AsBytes(how).CopyTo(memory);
            path.CopyTo(memory[howBytes..]);
            return (int)Make(pid, new SystemCall(Libc.SYS_openat2, folder, thread.Address + howBytes, thread.Address, howBytes));
        }
    }

    /// <summary>connect(2) of a socket: 0, or minus the error number.</summary>
    internal int Connect(int pid, int socket, ReadOnlySpan<byte> address)
    {
        lock (_gate)
        {
            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            CallThread thread = ThreadWith(address.Length, out Span<byte> memory);
            address.CopyTo(memory);
            return (int)Make(pid, new SystemCall(Libc.SYS_connect, socket, thread.Address, address.Length));
        }
    }
}
