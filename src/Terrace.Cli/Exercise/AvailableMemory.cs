using System.Globalization;
using Terrace.Core.Units;
using Terrace.Linux.Files;

namespace Terrace.Cli.Exercise;

/// <summary>
/// How much memory a program can fill before the kernel must end some program (Documentation/filesystems/proc.rst, MemAvailable).
/// </summary>
internal static class AvailableMemory
{
    // Of a node the kernel makes no estimate: what is free, and what can be had at once.
    private static readonly string[] s_ofNode = ["MemFree", "Active(file)", "Inactive(file)", "SReclaimable"];

    /// <summary>Of the machine, or of one of its nodes; null where the kernel does not say.</summary>
    public static long? Of(FileTree tree, int? node = null)
    {
        long? all = Sum(tree.ReadText("proc/meminfo"), ["MemAvailable"]);
        if (node is not { } number)
        {
            return all;
        }

        // Not all that a node could give at once may be taken: watermarks, and pages in use.
        string path = string.Create(CultureInfo.InvariantCulture, $"sys/devices/system/node/node{number}/meminfo");
        return Sum(tree.ReadText(path), s_ofNode) is { } there ? Math.Min(there, all ?? there) : null;
    }

    /// <summary>What is wrong with filling so much memory; null when nothing is.</summary>
    public static Problem? ProblemOf(FileTree tree, long bytes, int? node = null)
    {
        if (Of(tree, node) is not { } available || bytes <= available)
        {
            return null;
        }

        string place = node is { } number ? string.Create(CultureInfo.InvariantCulture, $"node {number} has") : "this machine has";
        return new Problem(
            $"--size {ByteSize.Format(bytes)} is more than the {ByteSize.Format(available)} of memory that {place} available",
            "ask for a smaller --size");
    }

    // Lines such as "MemAvailable:   1234 kB", of a node after "Node 0".
    private static long? Sum(string? text, string[] names)
    {
        long sum = 0;
        int found = 0;
        foreach (string line in text?.Split('\n') ?? [])
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            int at = words is ["Node", ..] ? 2 : 0;
            if (words.Length >= at + 2
                && names.Contains(words[at].TrimEnd(':'))
                && long.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes))
            {
                sum += kibibytes * 1024;
                found++;
            }
        }

        return found > 0 ? sum : null;
    }
}
