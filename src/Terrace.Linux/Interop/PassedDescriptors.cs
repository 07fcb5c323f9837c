using System.Globalization;
using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// Open files that the service manager passed when it started this process (sd_listen_fds(3)): those that a privileged step before it put
/// into the <see cref="DescriptorStore"/>, because this process may not open them itself.
/// </summary>
internal sealed class PassedDescriptors
{
    /// <summary>/proc/kallsyms, opened by somebody to whom it shows addresses: the kernel decides that when it is opened.</summary>
    public const string Symbols = "kallsyms";

    /// <summary>A socket of the process events connector that has asked for events.</summary>
    public const string ProcessEvents = "process-events";

    // SD_LISTEN_FDS_START
    private const int First = 3;

    // include/uapi/linux/fcntl.h
    private const int F_DUPFD_CLOEXEC = 1030;

    private readonly string[] _names;

    private PassedDescriptors(string[] names) => _names = names;

    /// <summary>What this process was given.</summary>
    public static PassedDescriptors OfThisProcess { get; } = Parse(
        Environment.GetEnvironmentVariable("LISTEN_PID"),
        Environment.GetEnvironmentVariable("LISTEN_FDS"),
        Environment.GetEnvironmentVariable("LISTEN_FDNAMES"),
        Environment.ProcessId);

    /// <summary>Reads the three variables; nothing was passed where they are not whole, or are of another process.</summary>
    public static PassedDescriptors Parse(string? process, string? count, string? names, int self)
    {
        string[] given = names?.Split(':') ?? [];
        bool mine = int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number == self
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int files) && files == given.Length;
        return new PassedDescriptors(mine ? given : []);
    }

    /// <summary>The number of a file; -1 when there is none of that name.</summary>
    public int Find(string name)
    {
        int at = Array.LastIndexOf(_names, name);
        return at < 0 ? -1 : First + at;
    }

    /// <summary>A descriptor of the caller's own for a file; ENOENT negated when there is none of that name, or another error.</summary>
    public int Duplicate(string name)
    {
        int passed = Find(name);
        if (passed < 0)
        {
            return -Errno.ENOENT;
        }

        int own = Libc.DuplicateFile(passed, F_DUPFD_CLOEXEC, First);
        return own >= 0 ? own : -Marshal.GetLastPInvokeError();
    }
}
