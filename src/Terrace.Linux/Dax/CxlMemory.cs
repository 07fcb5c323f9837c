using System.Globalization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Dax;

/// <summary>
/// Memory expanders on CXL, and how much of them is in regions (Documentation/ABI/testing/sysfs-bus-cxl). What is in no region has no
/// address: it is neither a node nor a dax device, and nothing else shows it.
/// </summary>
/// <param name="Devices">Expanders with volatile memory: mem0, mem1.</param>
/// <param name="RamBytes">Their volatile memory.</param>
/// <param name="RegionBytes">Volatile memory that is in regions.</param>
/// <param name="RootDecoder">A window of addresses that firmware gives for volatile memory; null when it gives none.</param>
public sealed record CxlMemory(IReadOnlyList<string> Devices, long RamBytes, long RegionBytes, string? RootDecoder)
{
    private const string Folder = "sys/bus/cxl/devices";

    // More than any machine has; the names come from the kernel.
    private const int MostDevices = 4096;

    // x86 has physical addresses of 52 bits.
    private const long MaxBytes = 1L << 52;

    /// <summary>Volatile memory that is in no region.</summary>
    public long UnusedBytes => Math.Max(0, RamBytes - RegionBytes);

    /// <summary>What makes memory of it.</summary>
    public string NextCommand => RootDecoder is { } decoder
        ? $"sudo cxl create-region -m -t ram -d {decoder} "
            + (RegionBytes > 0 && Devices.Count > 1
                ? $"and those of {string.Join(", ", Devices)} that cxl list --regions --targets does not show"
                : string.Join(' ', Devices))
        : "firmware gives no addresses for it: turn CXL memory on in its settings";

    /// <summary>Reads it; nothing where there is no CXL.</summary>
    public static CxlMemory Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<string> devices = [];
        long ram = 0;
        long inRegions = 0;
        foreach ((string name, _) in tree.Numbered(Folder, "mem", MostDevices))
        {
            if (Bytes(tree.ReadText($"{Folder}/{name}/ram/size")) is > 0 and var size)
            {
                devices.Add(name);
                ram += size;
            }
        }

        foreach ((string name, _) in tree.Numbered(Folder, "region", MostDevices))
        {
            // Linux 6.3; before there are regions of persistent memory only.
            inRegions += tree.ReadText($"{Folder}/{name}/mode") == "ram" ? Bytes(tree.ReadText($"{Folder}/{name}/size")) : 0;
        }

        string? decoder = tree.Names(Folder, MostDevices).Where(name => name.StartsWith("decoder0.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(name => tree.ReadNumber($"{Folder}/{name}/cap_ram") == 1);
        return new CxlMemory(devices, Math.Min(ram, MaxBytes), Math.Min(inRegions, MaxBytes), decoder);
    }

    // "0x40000000": printed as %#llx, and as 0 when there is nothing.
    private static long Bytes(string? text) =>
        text is not null
            && text.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long bytes)
            && bytes is > 0 and <= MaxBytes
            ? bytes
            : 0;
}
