using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>struct iovec of readv(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* Base;
    public nuint Length;

    /// <summary>Some bytes from an address.</summary>
    public static IoVector Of(nint address, int bytes) => new() { Base = (void*)address, Length = (nuint)bytes };
}
