using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// Anonymous memory in pieces larger than a page and smaller than a huge page (Documentation/admin-guide/mm/transhuge.rst, Linux 6.8).
/// </summary>
internal sealed class FoliosCheck : IHostCheck
{
    private const string Folder = "sys/kernel/mm/transparent_hugepage";
    private const string Prefix = "hugepages-";
    private const string Suffix = "kB";
    private const int HugeKilobytes = 2048;

    public CheckResult Look(DoctorHost host)
    {
        List<int> sizes =
        [
            .. host.Files.Names(Folder)
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
                .Select(name => int.TryParse(
                    name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)
                .Where(size => size is > 4 and < HugeKilobytes)
                .Order(),
        ];
        string general = ChosenIn(host, $"{Folder}/enabled");
        List<string> on = [];
        long bytes = 0;
        foreach (int size in sizes)
        {
            string folder = $"{Folder}/{Prefix}{size}{Suffix}";
            string chosen = ChosenIn(host, $"{folder}/enabled") is var own && own == "inherit" ? general : own;
            bytes += (host.Files.ReadNumber($"{folder}/stats/nr_anon") ?? 0) * size * 1024L;
            if (chosen is "always" or "madvise")
            {
                on.Add($"{ByteSize.Format(size * 1024L)} {chosen}");
            }
        }

        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "folios",
            State = CheckState.Works,
            NeededFor = "heat of single pages: a folio is hot or cold as a whole, and moves as a whole",
            Detail = sizes.Count == 0 ? "this kernel has none between a page and a huge page"
                : (on.Count == 0 ? "none between a page and a huge page are switched on" : string.Join(", ", on))
                    + (bytes > 0 ? $"; {ByteSize.Format(bytes)} of anonymous memory are in such ones" : ""),
        };
    }

    // The word in brackets; empty for none.
    private static string ChosenIn(DoctorHost host, string path)
    {
        string text = host.Files.ReadText(path) ?? "";
        int start = text.IndexOf('[', StringComparison.Ordinal) + 1;
        int end = text.IndexOf(']', StringComparison.Ordinal);
        return start > 0 && end > start ? text[start..end] : "";
    }
}
