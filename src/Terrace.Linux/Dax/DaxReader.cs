using System.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Dax;

/// <summary>Reads dax devices and their memory blocks from sysfs below a root. Blocks need root, the rest does not.</summary>
public sealed class DaxReader(string root = "/")
{
    private const string Devices = "sys/bus/dax/devices";
    private const string NvdimmDevices = "sys/bus/nd/devices";
    private const string MemoryFolder = "sys/devices/system/memory";

    private readonly FileTree _tree = new(root);

    /// <summary>The kmem driver is there to make memory of devices.</summary>
    public bool HasKmem => _tree.Names("sys/bus/dax/drivers").Contains(DaxDevice.Kmem);

    /// <summary>
    /// What the kernel does with new memory blocks (auto_online_blocks: <c>offline</c>, <c>online</c>, <c>online_kernel</c>,
    /// <c>online_movable</c>); null when it does not say.
    /// </summary>
    public string? AutoOnline => Word(_tree.Read($"{MemoryFolder}/auto_online_blocks"));

    /// <summary>
    /// True when the node has CPUs: what becomes memory of it cannot be distinguished from the memory that they have next to them.
    /// </summary>
    public bool HasCpus(int node) => Word(_tree.Read($"sys/devices/system/node/node{node}/cpulist")) is not null;

    /// <summary>All devices, by name.</summary>
    public IReadOnlyList<DaxDevice> ReadAll() =>
        [.. _tree.Names(Devices).Order(StringComparer.Ordinal).Select(Read).OfType<DaxDevice>()];

    /// <summary>One device; null when there is none of that name.</summary>
    public DaxDevice? Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Contains('/', StringComparison.Ordinal) || _tree.Read($"{Devices}/{name}/uevent") is not { } uevent)
        {
            return null;
        }

        // The namespace that a dax device lies in is its parent on the nd bus, and is named like a dax device too.
        string? parent = _tree.Names(NvdimmDevices)
            .FirstOrDefault(
                nd => nd.StartsWith("dax", StringComparison.Ordinal) && _tree.Read($"{NvdimmDevices}/{nd}/{name}/target_node") is not null);
        return new DaxDevice(
            name,
            (int)(_tree.ReadNumber($"{Devices}/{name}/target_node") ?? -1),
            DriverOf(uevent),
            _tree.ReadNumber($"{Devices}/{name}/size") ?? 0)
        {
            IsNvdimm = parent is not null,
            NvdimmUuid = parent is null ? null : Word(_tree.Read($"{NvdimmDevices}/{parent}/uuid")),
            Blocks = ReadBlocks(name),
            HoldsDescriptors = HoldsDescriptors(name),
        };
    }

    // The device asks for it (Linux 6.8), and the kernel must be told to allow it, at boot (drivers/dax/bus.c, mm/memory_hotplug.c).
    private bool HoldsDescriptors(string name) =>
        Word(_tree.Read("sys/module/memory_hotplug/parameters/memmap_on_memory")) is "Y" or "1" or "force"
            && _tree.ReadNumber($"{Devices}/{name}/memmap_on_memory") == 1;

    /// <summary>The line DRIVER= of a uevent file, or null.</summary>
    internal static string? DriverOf(ReadOnlySpan<byte> uevent)
    {
        while (KernelText.TakeLine(ref uevent, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("DRIVER="u8))
            {
                return Encoding.UTF8.GetString(line["DRIVER="u8.Length..]);
            }
        }

        return null;
    }

    // kmem adds the part of each mapping that is made of whole blocks (drivers/dax/kmem.c, dax_kmem_range).
    private List<MemoryBlock>? ReadBlocks(string device)
    {
        if (
            _tree.Read($"{MemoryFolder}/block_size_bytes") is not { } text
                || !KernelText.TryHex(text, out ulong blockBytes)
                || blockBytes == 0)
        {
            return null;
        }

        List<MemoryBlock> blocks = [];
        foreach ((string mapping, _) in _tree.Numbered($"{Devices}/{device}", "mapping"))
        {
            if (
                !TryAddress($"{Devices}/{device}/{mapping}/start", out ulong start)
                    || !TryAddress($"{Devices}/{device}/{mapping}/end", out ulong last))
            {
                return null;
            }

            // By what there is, not by what the addresses say there should be, which can be anything.
            ulong first = (start / blockBytes) + (start % blockBytes == 0 ? 0UL : 1UL);
            ulong end = (last + 1) / blockBytes;
            foreach ((_, long number) in _tree.Numbered(MemoryFolder, "memory"))
            {
                if ((ulong)number >= first && (ulong)number < end && ReadBlock(number) is { } known)
                {
                    blocks.Add(known);
                }
            }
        }

        blocks.Sort((a, b) => a.Number.CompareTo(b.Number));
        return blocks;
    }

    private MemoryBlock? ReadBlock(long number)
    {
        MemoryBlockState? state = Word(_tree.Read($"{MemoryFolder}/memory{number}/state")) switch
        {
            "online" => MemoryBlockState.Online,
            "offline" => MemoryBlockState.Offline,
            "going-offline" => MemoryBlockState.GoingOffline,
            _ => null,
        };

        // valid_zones of a block that is online is the one zone it is in, of another those it could go to.
        return state is { } known
            ? new MemoryBlock(
                number, known, known == MemoryBlockState.Online ? Word(_tree.Read($"{MemoryFolder}/memory{number}/valid_zones")) : null)
            : null;
    }

    private bool TryAddress(string file, out ulong address)
    {
        address = 0;
        return _tree.Read(file) is { } text && text.AsSpan().StartsWith("0x"u8) && KernelText.TryHex(text.AsSpan(2), out address);
    }

    private static string? Word(byte[]? text) =>
        text is null ? null : Encoding.UTF8.GetString(text).Trim() is { Length: > 0 } word ? word : null;
}
