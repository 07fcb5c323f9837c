using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Kernel;

/// <summary>Something that pages are swapped to (/proc/swaps, proc_swaps(5)).</summary>
/// <param name="Name">Its path.</param>
/// <param name="UsedBytes">What is there now.</param>
public sealed record SwapDevice(string Name, long UsedBytes)
{
    // MAX_SWAPFILES is below 32 (include/linux/swap.h).
    private const int Most = 64;
    private const long MaxKibibytes = 1L << 42;

    /// <summary>Compressed memory: what is swapped stays in memory, and fast memory it is (drivers/block/zram).</summary>
    public bool IsInMemory => Name.StartsWith("/dev/zram", StringComparison.Ordinal);

    /// <summary>All that are in use; none where that cannot be read.</summary>
    public static IReadOnlyList<SwapDevice> Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<SwapDevice> devices = [];
        ReadOnlySpan<byte> text = tree.Read("proc/swaps");
        while (devices.Count < Most && KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            // Filename, type, size and used in kB, priority, with spaces and tabs between them; the first line names the columns.
            string[] words = Encoding.UTF8.GetString(line).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 5
                && long.TryParse(words[2], out _)
                && long.TryParse(words[3], out long used)
                && used is >= 0 and < MaxKibibytes)
            {
                devices.Add(new SwapDevice(words[0], used * 1024));
            }
        }

        return devices;
    }
}
