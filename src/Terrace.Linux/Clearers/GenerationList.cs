using Terrace.Linux.Files;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Parses debugfs lru_gen (Documentation/admin-guide/mm/multigen_lru.rst): the youngest generation of one control group on each
/// node.
/// </summary>
internal static class GenerationList
{
    /// <summary>
    /// Finds the group to which memory of a process in <paramref name="cgroup"/> is charged: the nearest one at or above its path
    /// that is listed. Its number there, or null.
    /// </summary>
    /// <param name="text">All of the file.</param>
    /// <param name="cgroup">As /proc/PID/cgroup has it.</param>
    /// <param name="youngest">Takes node and youngest generation of each of its nodes; not cleared.</param>
    public static long? Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> cgroup, List<(int Node, long Generation)> youngest)
    {
        long? best = null;
        int bestLength = -1;
        bool inBest = false;
        int node = -1;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> word = KernelText.TakeWord(ref line);
            if (word.SequenceEqual("memcg"u8))
            {
                inBest = KernelText.TryNumber(KernelText.TakeWord(ref line), out long number)
                    && IsAtOrAbove(line.TrimStart((byte)' '), cgroup, bestLength, out int length)
                    && Take(number, length);
                node = -1;
            }
            else if (word.SequenceEqual("node"u8))
            {
                node = inBest && KernelText.TryNumber(KernelText.TakeWord(ref line), out long number) ? (int)number : -1;
            }
            else if (node >= 0 && KernelText.TryNumber(word, out long generation))
            {
                if (youngest.Count > 0 && youngest[^1].Node == node)
                {
                    youngest[^1] = (node, generation);
                }
                else
                {
                    youngest.Add((node, generation));
                }
            }
        }

        return best;

        bool Take(long number, int length)
        {
            best = number;
            bestLength = length;
            youngest.Clear();
            return true;
        }
    }

    private static bool IsAtOrAbove(ReadOnlySpan<byte> path, ReadOnlySpan<byte> cgroup, int longerThan, out int length)
    {
        path = path.TrimEnd((byte)'/');
        length = path.Length;
        return length > longerThan && cgroup.StartsWith(path) && (cgroup.Length == length || cgroup[length] == (byte)'/');
    }
}
