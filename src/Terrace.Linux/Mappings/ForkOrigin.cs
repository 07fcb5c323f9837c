using Terrace.Linux.Files;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Where a process's address space is from. fork(2) copies both addresses (dup_mm, kernel/fork.c), and execve(2) places both at random,
/// so that processes with the same ones are of one family: forked from one another, or from one that has ended.
/// </summary>
/// <param name="Code">Where its program text begins (proc_pid_stat(5), field 26).</param>
/// <param name="Stack">Where its stack begins (field 28).</param>
/// <remarks>
/// Without randomization (<c>setarch -R</c>) unrelated processes of one program look like a family, too. Nothing follows from that:
/// whether a page is the same one is seen in page tables.
/// </remarks>
internal readonly record struct ForkOrigin(ulong Code, ulong Stack)
{
    // As many threads are tried where the first one has ended.
    private const int MostThreads = 64;

    /// <summary>
    /// Of the process whose /proc folder this is, with its number, that of its parent, and when it was started; null when that is
    /// not told.
    /// </summary>
    public static (ForkOrigin Origin, ForkRank Rank, int Parent)? Read(FileTree folder)
    {
        byte[]? own = folder.Read("stat", FileTree.MostOfProcess);
        if (Parse(own, out ForkRank rank, out int parent) is { } origin)
        {
            return (origin, rank, parent);
        }

        // A first thread that has ended has no memory any more; the others have the same.
        foreach ((string thread, _) in rank.Pid > 0 ? folder.Numbered("task", "", MostThreads) : [])
        {
            if (Parse(folder.Read($"task/{thread}/stat", FileTree.MostOfProcess), out _, out _) is { } others)
            {
                return (others, rank, parent);
            }
        }

        return null;
    }

    /// <summary>Parses the text of a stat file.</summary>
    internal static ForkOrigin? Parse(ReadOnlySpan<byte> stat, out ForkRank rank, out int parent)
    {
        (rank, parent) = (default, 0);
        ReadOnlySpan<byte> number = stat;
        ReadOnlySpan<byte> rest = stat[(stat.LastIndexOf((byte)')') + 1)..].TrimEnd((byte)'\n');
        if (!KernelText.TryNumber(KernelText.TakeWord(ref number), out long pid))
        {
            return null;
        }

        // From the state, field 3, to the stack, field 28.
        Span<long> fields = stackalloc long[29];
        for (int field = 3; field < fields.Length; field++)
        {
            _ = KernelText.TryNumber(KernelText.TakeWord(ref rest), out fields[field]);
        }

        (rank, parent) = (new ForkRank(fields[22], (int)pid), (int)fields[4]);

        // 0 or 1 without the right to trace it, or without memory (do_task_stat, fs/proc/array.c).
        return fields[26] > 1 && fields[28] > 1 ? new ForkOrigin((ulong)fields[26], (ulong)fields[28]) : null;
    }
}
