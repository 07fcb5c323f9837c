using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>The children of a process, and theirs.</summary>
public static class ProcessTree
{
    private const string Children = "children";

    /// <summary>
    /// Adds the descendants of <paramref name="pid"/> that live now to <paramref name="descendants"/> (which is cleared), nearest
    /// first. A process
    /// whose parent exited belongs to init or a subreaper (see <see cref="OrphanKeeper"/>).
    /// </summary>
    public static void Descendants(int pid, List<int> descendants, string root = "/")
    {
        ArgumentNullException.ThrowIfNull(descendants);
        descendants.Clear();
        FileTree tree = new(root);
        int next = 0;
        for (int parent = pid; ; parent = descendants[next++])
        {
            foreach ((string thread, _) in tree.Numbered($"proc/{parent}/task", ""))
            {
                ReadOnlySpan<byte> list = tree.Read($"proc/{parent}/task/{thread}/{Children}");
                while (!list.IsEmpty)
                {
                    if (
                        KernelText.TryNumber(KernelText.TakeWord(ref list), out long child)
                            && child > 0
                            && child != pid
                            && !descendants.Contains((int)child))
                    {
                        descendants.Add((int)child);
                    }
                }
            }

            if (next >= descendants.Count)
            {
                return;
            }
        }
    }
}
