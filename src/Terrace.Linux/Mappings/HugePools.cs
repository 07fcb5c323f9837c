using System.Globalization;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Which mappings are of pools of huge pages (hugetlbfs; Documentation/admin-guide/mm/hugetlbpage.rst), whatever their names: by the
/// device number of their file system. The kernel has one of its own for each size, for MAP_HUGETLB, memfd_create(2) and shmget(2);
/// others are mounted.
/// </summary>
/// <remarks>
/// clear_refs skips such memory (its page walk has no hugetlb_entry, fs/proc/task_mmu.c), so that each page looks accessed in every
/// scan, and a page moves only to a free one of the other node's pool. By heat it cannot be placed.
/// </remarks>
internal sealed class HugePools(string mountsPath)
{
    private const string SizesFolder = "sys/kernel/mm/hugepages";

    // Some 20,000 mounts; a host of many containers has thousands. Who may mount can have 100,000 (sysctl fs.mount-max), which is not read.
    private const int MostOfMounts = 4 << 20;
    private const int MostOfMaps = 16 << 20;
    private const ulong SmallestBytes = 2 << 20;

    private static readonly Lazy<HashSet<ulong>> s_kernelsOwn = new(ProbeKernelsOwn);

    private readonly Dictionary<ulong, bool> _devices = [];

    /// <summary>True when a mapping is of a pool of huge pages.</summary>
    public bool Has(in MapsLine mapping) =>
        mapping.Kind == MappingKind.HugeTlb || (MayBe(mapping) && IsPool(mapping.File.Device));

    // On no device of blocks, and of whole huge pages.
    private static bool MayBe(in MapsLine mapping) =>
        mapping.Kind is MappingKind.SharedMemory or MappingKind.File or MappingKind.Device
            && mapping.File.Inode != 0
            && mapping.File.Device >> 32 == 0
            && ((mapping.Start | mapping.End) & (SmallestBytes - 1)) == 0;

    private bool IsPool(ulong device)
    {
        if (!_devices.TryGetValue(device, out bool known))
        {
            known = s_kernelsOwn.Value.Contains(device) || IsMountedPool(device);
            _devices.Add(device, known);
        }

        return known;
    }

    private bool IsMountedPool(ulong device)
    {
        if (SmallFile.TryRead(mountsPath, MostOfMounts, out byte[]? text) != 0)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text;
        while (KernelText.TakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            if (TryParseMount(line, out ulong mounted, out bool isPool) && isPool && mounted == device)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Device and kind of a line of mountinfo (proc_pid_mountinfo(5)): <c>36 35 0:31 / /mnt rw - hugetlbfs none rw</c>.</summary>
    internal static bool TryParseMount(ReadOnlySpan<byte> line, out ulong device, out bool isPool)
    {
        device = 0;
        isPool = false;
        KernelText.TakeWord(ref line);
        KernelText.TakeWord(ref line);
        ReadOnlySpan<byte> numbers = KernelText.TakeWord(ref line);
        int colon = numbers.IndexOf((byte)':');
        int dash = line.IndexOf(" - "u8);
        if (colon < 0
            || dash < 0
            || !KernelText.TryNumber(numbers[..colon], out long major)
            || !KernelText.TryNumber(numbers[(colon + 1)..], out long minor))
        {
            return false;
        }

        device = ((ulong)major << 32) | (ulong)minor;
        ReadOnlySpan<byte> kind = line[(dash + 3)..];
        isPool = KernelText.TakeWord(ref kind).SequenceEqual("hugetlbfs"u8);
        return true;
    }

    /// <summary>Maps a page of each size, without touching or reserving it, and reads which device that is of.</summary>
    private static HashSet<ulong> ProbeKernelsOwn()
    {
        HashSet<ulong> devices = [];
        foreach (string name in new FileTree("/").Names(SizesFolder))
        {
            // hugepages-2048kB
            ReadOnlySpan<char> size = name.AsSpan(name.IndexOf('-', StringComparison.Ordinal) + 1).TrimEnd("kB");
            using HugePoolMapping? mapping = long.TryParse(size, CultureInfo.InvariantCulture, out long kibibytes)
                ? HugePoolMapping.TryMap(kibibytes * 1024)
                : null;
            if (mapping is not null && SmallFile.TryRead("/proc/self/maps", MostOfMaps, out byte[]? maps) == 0)
            {
                ReadOnlySpan<byte> rest = maps;
                while (KernelText.TakeLine(ref rest, out ReadOnlySpan<byte> line))
                {
                    if (MapsLine.TryParse(line, out MapsLine found) && found.Start == mapping.Address)
                    {
                        devices.Add(found.File.Device);
                    }
                }
            }
        }

        return devices;
    }
}
