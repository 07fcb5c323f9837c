using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>How many files this process may have open at once (RLIMIT_NOFILE, getrlimit(2)).</summary>
public static unsafe class DescriptorLimit
{
    private const int RLIMIT_NOFILE = 7;

    /// <summary>The limit in force; int.MaxValue when there is none, or it cannot be read.</summary>
    public static int Current => Read(out Limits limits) ? ToInt(limits.Soft) : int.MaxValue;

    /// <summary>The highest that it may be raised to without CAP_SYS_RESOURCE.</summary>
    public static int Highest => Read(out Limits limits) ? ToInt(limits.Hard) : int.MaxValue;

    /// <summary>The lowest number that no open file has: all below it are in use. Int.MaxValue when no more may be opened.</summary>
    public static int LowestFree
    {
        get
        {
            // An event counter costs the kernel least, and has no name that could be missing.
            int descriptor = Libc.EventFd(0, Libc.O_CLOEXEC);
            if (descriptor < 0)
            {
                return int.MaxValue;
            }

            _ = Libc.Close(descriptor);
            return descriptor;
        }
    }

    /// <summary>Raises the limit in force to the highest; false when the kernel refuses.</summary>
    public static bool TryRaise()
    {
        if (!Read(out Limits limits))
        {
            return false;
        }

        limits.Soft = limits.Hard;
        return Libc.SystemCall(Libc.SYS_prlimit64, 0, RLIMIT_NOFILE, (nint)(&limits), 0, 0, 0) == 0;
    }

    /// <summary>The number of an open descriptor.</summary>
    internal static int NumberOf(SafeHandleZeroOrMinusOneIsInvalid handle) => (int)handle.DangerousGetHandle();

    private static bool Read(out Limits limits)
    {
        Limits read = default;
        bool known = Libc.SystemCall(Libc.SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (nint)(&read), 0, 0) == 0;
        limits = read;
        return known;
    }

    // RLIM_INFINITY is all ones; fs.nr_open bounds what may be set to 2^30 at most.
    private static int ToInt(ulong limit) => (int)Math.Min(limit, int.MaxValue);

    /// <summary>struct rlimit64.</summary>
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }
}
