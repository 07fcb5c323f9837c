using System.Text;
using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;

namespace Terrace.Fuzz.Targets;

/// <summary>The command line of a virtual machine, which whoever starts it writes.</summary>
internal sealed class QemuTarget : IFuzzTarget
{
    private const ulong At = 0x7f00_0000_0000;
    private const ulong Gibibyte = 1UL << 30;
    private static readonly ProcessMapping[] s_mappings =
    [
        new(At, At + (Gibibyte / 8), "rw-p", MappingKind.Anonymous, ""),
        new(At + Gibibyte, At + (2 * Gibibyte), "rw-p", MappingKind.Anonymous, ""),
        new(At + (3 * Gibibyte), At + (4 * Gibibyte), "rw-s", MappingKind.SharedMemory, "/memfd:memory-backend-memfd (deleted)"),
        new(At + (5 * Gibibyte), At + (13 * Gibibyte), "rw-p", MappingKind.Anonymous, ""),
        new(At + (14 * Gibibyte), At + (16 * Gibibyte), "rw-s", MappingKind.HugeTlb, "/dev/hugepages/qemu_back_mem (deleted)"),
    ];

    public string Name => "qemu";

    public string Reads => "/proc/PID/cmdline of QEMU: names, memory, channels";

    public IReadOnlyList<string> Words =>
    [
        "qemu-system-x86_64\0", "-m\0", "-M\0", "-machine\0", "-object\0", "-numa\0", "-name\0", "-chardev\0", "-device\0", "-mem-path\0",
        "memory-backend-ram", "memory-backend-memfd", "memory-backend-file", ",id=a", ",size=1G", ",share=on", "mem-path=/dev/hugepages",
        "pc-q35-7.2", "memory-backend=a", "max-ram-below-4g=1G", "node,memdev=a",
        "{\"qom-type\":\"memory-backend-ram\",\"id\":\"a\",\"size\":1073741824}",
        "socket,id=c,path=/run/q.sock", "virtserialport,chardev=c,name=org.terrace.layout.0", "guest=web1", ",,", "\\ud800", "size=8192",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        "qemu-system-x86_64\0-M\0q35\0-m\08G\0-name\0guest=a,debug-threads=on\0",
        "qemu-system-x86_64\0-machine\0pc-q35-7.2,memory-backend=pc.ram\0-m\01024\0-object\0"
            + "{\"qom-type\":\"memory-backend-memfd\",\"id\":\"pc.ram\",\"share\":true,\"size\":1073741824}\0",
        "qemu-system-x86_64\0-M\0q35\0-m\03G,maxmem=8G\0-object\0memory-backend-ram,id=a,size=1G\0-object\0"
            + "memory-backend-file,id=b,size=2G,mem-path=/dev/hugepages,share=on\0-numa\0node,memdev=a\0-numa\0node,memdev=b\0",
        "qemu-kvm\0-chardev\0socket,id=c,path=/run/q.sock,server=on\0-device\0virtserialport,chardev=c,name=org.terrace.layout.0\0",
        "qemu-system-x86_64\0-device\0{\"driver\":\"virtserialport\",\"chardev\":\"c\",\"name\":\"org.terrace.layout.0\"}\0"
            + "-chardev\0socket,id=c,fd=7\0");

    public void Run(ReadOnlySpan<byte> input)
    {
        string[] arguments = Encoding.UTF8.GetString(input).TrimEnd('\0').Split('\0');
        _ = QemuArguments.IsQemu(arguments[0]);
        Expect.That(QemuArguments.NameIn(arguments) is not { Length: 0 });
        QemuMemory memory = QemuMemory.Read(arguments);
        Expect.That(memory.LowBytes is null or >= 0);
        foreach (MemoryBackend backend in memory.Backends)
        {
            Expect.That(backend.Bytes > 0);
            Expect.That(backend.RamOffset is null or >= 0);
            Expect.That(backend.RamOffset is not { } offset || memory.AddressOf(offset) is null or >= 0);
        }

        ulong end = 0;
        foreach (GuestRam ram in GuestMemory.Find(arguments, s_mappings))
        {
            Expect.That(ram.Start >= end);
            Expect.That(ram.End > ram.Start);
            end = ram.End;
        }

        if (QemuChannel.Find(arguments, "org.terrace.layout.0") is { } channel)
        {
            Expect.That(channel.Descriptor is >= 0 || channel.SocketPath.Length > 0);
        }
    }
}
