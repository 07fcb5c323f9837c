using System.Globalization;
using Terrace.Core.Units;
using Terrace.Lab.Specification;

namespace Terrace.Lab.CommandLine;

/// <summary>Reads the values of the lab's options.</summary>
/// <exception cref="LabException">Each with <see cref="LabExitCode.Usage"/>.</exception>
internal static class OptionValues
{
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(7);

    public static int Cpus(string name, string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var cpus) && cpus is >= 1 and <= 64
            ? cpus
            : throw LabException.Usage($"{name} '{text}' is not 1 to 64");

    public static IReadOnlyList<int> CpuNodes(string name, string text)
    {
        List<int> nodes = [];
        foreach (var part in text.Split(','))
        {
            nodes.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var node) && !nodes.Contains(node)
                ? node
                : throw LabException.Usage($"{name} '{text}' is not a list of nodes", "write it as 0,1"));
        }

        return nodes;
    }

    public static long MemoryBlocks(string name, string text) =>
        NodeSpec.TryParseBytes(text, out var bytes) && bytes % NodeSpec.MemoryBlockBytes == 0
            ? bytes
            : throw LabException.Usage($"{name} '{text}' is not a multiple of 128M", "write it as 512M or 1G");

    public static long Bytes(string name, string text) =>
        NodeSpec.TryParseBytes(text, out var bytes) && bytes % 4096 == 0
            ? bytes
            : throw LabException.Usage($"{name} '{text}' is not a size in pages", "write it as 512M or 4G");

    // The kernel's own sizes between a page and 2 MiB (Documentation/admin-guide/mm/transhuge.rst).
    public static long Folio(string name, string text) =>
        NodeSpec.TryParseBytes(text, out var bytes) && bytes is >= 16 << 10 and <= 1 << 20 && (bytes & (bytes - 1)) == 0
            ? bytes
            : throw LabException.Usage($"{name} '{text}' is not 16K to 1M, doubled each time", "write it as 64K");

    public static TimeSpan Duration(string name, string text) =>
        HumanDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero && duration <= LongestDuration
            ? duration
            : throw LabException.Usage($"{name} '{text}' is not a duration", "write it as 90s or 2m");

    public static (string First, string Second) Pair(string name, string text) =>
        text.Split(':', 2) is [{ Length: > 0 } first, { Length: > 0 } second]
            ? (first, second)
            : throw LabException.Usage(
                $"{name} '{text}' does not have two paths", name == "--put" ? "write HOSTPATH:GUESTPATH" : "write GUESTPATH:HOSTFOLDER");
}
