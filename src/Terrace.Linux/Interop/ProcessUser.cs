using System.Buffers.Text;

namespace Terrace.Linux.Interop;

/// <summary>The user who pays for what a process costs.</summary>
public static class ProcessUser
{
    /// <summary>
    /// Whom looks at a process are charged to: the owner of its folder in /proc, who is its effective user, and costs far less to find out
    /// than what the kernel writes of its status; or else, where that is root, its real user. Null when it has ended.
    /// </summary>
    public static uint? PayerOf(int pid) =>
        FileStatus.TryRead($"/proc/{pid}", out FileStatus folder) is var error && error == 0 && folder.UserId != 0 ? folder.UserId
            : error == 0 ? RealOf(pid)
            : null;

    /// <summary>
    /// The real user of a process, who started it, whatever its program has become since; null when it has ended. The owner of /proc/PID
    /// is another: root, when the process may not be dumped. Makes no garbage, and never waits for the process.
    /// </summary>
    public static uint? RealOf(int pid)
    {
        Span<byte> text = stackalloc byte[1024];
        int read = BriefFile.ReadOnce(pid, "status"u8, text);
        int at = read > 0 ? text[..read].IndexOf("\nUid:\t"u8) : -1;
        return at >= 0 && Utf8Parser.TryParse(text[(at + 6)..read], out uint user, out _) ? user : null;
    }
}
