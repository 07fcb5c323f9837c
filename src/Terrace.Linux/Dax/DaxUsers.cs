using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Dax;

/// <summary>
/// Which processes use a dax device as a character device: taken from its driver, their mappings would vanish and their next
/// access kill them (SIGBUS).
/// </summary>
public static class DaxUsers
{
    /// <summary>Processes that map /dev/NAME or have it open, by number. Complete for root only.</summary>
    public static IReadOnlyList<int> Of(string device, string root = "/")
    {
        FileTree tree = new(root);
        byte[] path = Encoding.UTF8.GetBytes($"/dev/{device}");
        List<int> users = [];
        foreach ((string name, long pid) in tree.Numbered("proc", ""))
        {
            if (Maps(tree.Read($"proc/{name}/maps"), path) || HasOpen(tree, $"proc/{name}/fd", $"/dev/{device}"))
            {
                users.Add((int)pid);
            }
        }

        return users;
    }

    // A line of maps ends in a space and the path.
    private static bool Maps(byte[]? maps, ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> text = maps;
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.EndsWith(path) && line.Length > path.Length && line[^(path.Length + 1)] == (byte)' ')
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasOpen(FileTree tree, string folder, string path)
    {
        foreach (string fd in tree.Names(folder))
        {
            try
            {
                if (new FileInfo(tree.PathOf($"{folder}/{fd}")).LinkTarget == path)
                {
                    return true;
                }
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // Closed meanwhile.
            }
        }

        return false;
    }
}
