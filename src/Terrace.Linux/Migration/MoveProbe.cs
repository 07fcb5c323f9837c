using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Migration;

/// <summary>Whether move_pages(2) may be called here at all.</summary>
public static class MoveProbe
{
    /// <summary>What an error of <see cref="MovePages.Probe"/> means; null for 0.</summary>
    public static Problem? ProblemOf(int error) => error switch
    {
        0 => null,
        Errno.ENOSYS => new Problem(
            "this kernel does not have move_pages", "use a kernel with CONFIG_NUMA=y and CONFIG_MIGRATION=y"),

        // The profiles that docker and podman have by default forbid it whatever the capabilities are.
        _ => new Problem(
            $"move_pages is refused (error {error}), as containers' filters of system calls do",
            "run the container with --security-opt seccomp=unconfined, or with a profile that allows move_pages"),
    };
}
