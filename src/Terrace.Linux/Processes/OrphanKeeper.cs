using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Makes this process the parent of descendants whose own parent exits, so that they stay in its tree (PR_SET_CHILD_SUBREAPER,
/// https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html). With it comes the duty to reap them.
/// </summary>
public static class OrphanKeeper
{
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int WNOHANG = 1;

    /// <summary>Starts keeping them, until this process ends.</summary>
    public static void Start() => Libc.SystemCall(Libc.SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0);

    /// <summary>
    /// Reaps a process that has exited if it is a child of this one; any other is left alone. Not for children that are waited
    /// for elsewhere.
    /// </summary>
    public static void Reap(int pid) => Libc.SystemCall(Libc.SYS_wait4, pid, 0, WNOHANG, 0, 0, 0);
}
