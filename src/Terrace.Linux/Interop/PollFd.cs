using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>struct pollfd of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFd
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;

    public int Fd;
    public short Events;
    public short Returned;
}
