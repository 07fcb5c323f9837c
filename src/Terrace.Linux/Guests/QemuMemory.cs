using System.Globalization;

namespace Terrace.Linux.Guests;

/// <summary>What the command line of QEMU says of its guest's memory (qemu-system-x86_64(1): -m, -machine, -object, -numa).</summary>
internal sealed class QemuMemory
{
    private const long Gibibyte = 1L << 30;

    /// <summary>From about here on QEMU may leave a hole below 1 TiB on AMD hosts (hw/i386/pc.c, pc_set_amd_above_4g_mem_start).</summary>
    private const long MayHaveHoleAtTebibyte = 1000 * Gibibyte;

    /// <summary>x86 has physical addresses of 52 bits: no guest has more memory, whatever its command line says.</summary>
    private const long MaxBytes = 1L << 52;

    private readonly List<MemoryBackend> _backends = [];
    private readonly List<string> _memdevs = [];
    private string? _machine;
    private bool _splitIsSet;
    private string? _ramBackend;
    private string? _memPath;
    private long _ramBytes = 128L << 20;

    private QemuMemory()
    {
    }

    /// <summary>All pieces, in the order of the command line.</summary>
    public IReadOnlyList<MemoryBackend> Backends { get; private set; } = [];

    /// <summary>
    /// Bytes of the guest's ordinary memory that lie below its address 4 GiB; what is left begins at 4 GiB. Null for a type of
    /// machine whose layout is not known here.
    /// </summary>
    public long? LowBytes { get; private set; }

    /// <summary>Reads a command line; what is not understood is left out, since versions of QEMU add to it.</summary>
    /// <param name="arguments">The words, the program first.</param>
    public static QemuMemory Read(IReadOnlyList<string> arguments)
    {
        QemuMemory memory = new();
        for (int i = 1; i + 1 < arguments.Count; i++)
        {
            string name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][1..] : arguments[i];
            memory.Take(name, arguments[i + 1]);
        }

        memory.Finish(arguments.Count > 0 ? System.IO.Path.GetFileName(arguments[0]) : "");
        return memory;
    }

    /// <summary>The guest-physical address of a byte of ordinary memory, or null when the layout is not known.</summary>
    public long? AddressOf(long ramOffset) =>
        LowBytes is not { } low ? null : ramOffset < low ? ramOffset : (4 * Gibibyte) + (ramOffset - low);

    private void Take(string name, string value)
    {
        Dictionary<string, string> words = name is "-m" or "-M" or "-machine" or "-object" or "-numa" ? QemuWords.Of(value) : [];
        switch (name)
        {
            case "-m":
                _ramBytes = BytesOf(words.GetValueOrDefault("size") ?? words.GetValueOrDefault(""), unit: 1 << 20) ?? _ramBytes;
                break;
            case "-M" or "-machine":
                _machine = words.GetValueOrDefault("type") ?? words.GetValueOrDefault("") ?? _machine;
                _splitIsSet |= words.ContainsKey("max-ram-below-4g");
                _ramBackend = words.GetValueOrDefault("memory-backend") ?? _ramBackend;
                break;
            case "-mem-path":
                _memPath = value;
                break;
            case "-object":
                AddBackend(words);
                break;
            case "-numa":
                if (words.GetValueOrDefault("memdev") is { } memdev)
                {
                    _memdevs.Add(memdev);
                }

                break;
        }
    }

    private void AddBackend(Dictionary<string, string> words)
    {
        string kind = words.GetValueOrDefault("qom-type") ?? words.GetValueOrDefault("") ?? "";
        if (kind is not ("memory-backend-ram" or "memory-backend-memfd" or "memory-backend-file")
            || words.GetValueOrDefault("id") is not { } id
            || BytesOf(words.GetValueOrDefault("size"), unit: 1) is not { } bytes)
        {
            return;
        }

        // A memfd is shared unless said otherwise (backends/hostmem-memfd.c).
        bool memfd = kind == "memory-backend-memfd";
        bool shared = words.GetValueOrDefault("share") is { } share ? share is "on" or "yes" or "true" : memfd;
        _backends.Add(
            new MemoryBackend(id, bytes, kind == "memory-backend-file" ? words.GetValueOrDefault("mem-path") : null, memfd, shared));
    }

    private void Finish(string program)
    {
        List<string> inOrder = _ramBackend is not null ? [_ramBackend] : _memdevs;
        if (inOrder.Count == 0)
        {
            _backends.Insert(0, new MemoryBackend("", _ramBytes, _memPath, IsMemfd: false, IsShared: false) { RamOffset = 0 });
        }

        long? offset = 0;
        foreach (string id in inOrder)
        {
            int at = _backends.FindIndex(backend => backend.Id == id);
            if (at < 0)
            {
                offset = null;
                continue;
            }

            _backends[at] = _backends[at] with { RamOffset = offset };
            offset += _backends[at].Bytes;
        }

        Backends = _backends;
        LowBytes = LowBytesOf(
            _machine ?? (program is "qemu-system-x86_64" or "qemu-system-i386" ? "pc" : ""),
            inOrder.Count == 0 ? _ramBytes : offset ?? _ramBytes);
    }

    private long? LowBytesOf(string machine, long ramBytes)
    {
        // hw/i386/pc_q35.c (pc_q35_init), hw/i386/pc_piix.c (pc_init1, with gigabyte_align), hw/i386/microvm.c (microvm_memory_init).
        (long Most, long WhenSplit)? limits = machine is "q35"
            || machine.StartsWith("pc-q35-", StringComparison.Ordinal) ? (0xb000_0000, 0x8000_0000)
            : machine is "pc" || machine.StartsWith("pc-i440fx-", StringComparison.Ordinal) ? (0xe000_0000, 0xc000_0000)
            : machine == "microvm" ? (0xe000_0000, 0xe000_0000)
            : null;
        return limits is not { } known || _splitIsSet || ramBytes >= MayHaveHoleAtTebibyte ? null
            : ramBytes < known.Most ? ramBytes
            : known.WhenSplit;
    }

    // A number with b, k, M, G or T; without one in units of unit (qemu_strtosz).
    private static long? BytesOf(string? text, long unit)
    {
        if (text is not { Length: > 0 })
        {
            return null;
        }

        int shift = char.ToLowerInvariant(text[^1]) switch { 'b' => 0, 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => -1 };
        long scale = shift < 0 ? unit : 1L << shift;
        return decimal.TryParse(
            shift < 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            && number <= MaxBytes / scale
            && number * scale >= 1
            ? (long)(number * scale)
            : null;
    }
}
