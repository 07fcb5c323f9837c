using System.Text;
using Terrace.Lab.Kernels;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Image;

/// <summary>Builds the guest's first root: busybox, our init and agent, runtime libraries, kernel modules, programs asked for.</summary>
internal static class Initramfs
{
    /// <summary>Modules for the port that commands travel through; built in in Debian's kernels since 6.1.</summary>
    private static readonly string[] ChannelModules = ["virtio_pci", "virtio_console"];

    private static readonly string[] GuestScripts =
    [
        "lab-mounts",
        "lab-shapes",
        "lab-ports",
        "lab-agent",
        "lab-kill",
        "lab-later",
        "lab-pmem",
        "lab-kvm",
    ];

    private static readonly string[] PmemModules = ["nfit", "libnvdimm", "nd_pmem", "device_dax", "dax_pmem", "kmem"];

    private static readonly string[] DiskModules = ["virtio_blk"];

    private static readonly string[] ZramModules = ["zram"];

    private static readonly string[] NestedModules = ["kvm", "kvm_amd"];

    /// <summary>Writes the image to a file.</summary>
    /// <exception cref="LabException">No busybox, or a program that does not exist.</exception>
    public static async Task BuildAsync(string path, LabSpec spec, KernelImage kernel, CancellationToken ct)
    {
        var busybox = HostPrograms.Find("busybox")
            ?? throw LabException.Unavailable("busybox is missing", "install it with eng/install-packages busybox-static");
        await using var file = File.Create(path);
        await using var buffered = new BufferedStream(file, 1 << 20);
        var image = new CpioWriter(buffered);
        foreach (var folder in new[] { "/dev", "/proc", "/sys", "/tmp", "/bin", "/sbin", "/etc", "/lib", "/usr/bin", "/usr/sbin" })
        {
            image.AddFolder(folder);
        }

        image.AddFile("/init", Resource("init"), executable: true);
        image.AddFile("/etc/inittab", Resource("inittab"));
        image.AddFile("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"u8);
        image.AddFile("/etc/group", "root:x:0:\nnogroup:x:65534:\n"u8);
        foreach (var script in GuestScripts)
        {
            image.AddFile("/sbin/" + script, Resource(script), executable: true);
        }

        // Asked-for programs come before the applets, so that a real `ps` wins over busybox's.
        foreach (var program in spec.Programs)
        {
            await AddProgramAsync(image, program, program, ct);
        }

        await AddProgramAsync(image, busybox, "/bin/busybox", ct);
        var (_, applets, _) = await HostPrograms.RunAsync(busybox, ["--list-full"], ct: ct);
        foreach (var applet in applets.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            image.AddLink("/" + applet, "/bin/busybox");
        }

        foreach (var library in SharedLibraries.OfRuntime())
        {
            image.AddFile(library, await File.ReadAllBytesAsync(library, ct), executable: true);
        }

        await AddModulesAsync(image, spec, kernel, ct);
        if (spec.Nested)
        {
            image.AddFile("/sbin/lab-keep-guest", await KeptGuestAsync(Path.GetDirectoryName(path)!, ct), executable: true);
        }

        image.Finish();
    }

    private static async Task AddProgramAsync(CpioWriter image, string program, string guestPath, CancellationToken ct)
    {
        var path = program.Contains('/', StringComparison.Ordinal) ? program : HostPrograms.Find(program) ?? program;
        if (!File.Exists(path))
        {
            throw LabException.Usage($"program '{program}' does not exist on this host", "install it or give its full path");
        }

        image.AddFile(guestPath.StartsWith('/') ? guestPath : path, await File.ReadAllBytesAsync(path, ct), executable: true);
        foreach (var library in await SharedLibraries.OfAsync(path, ct))
        {
            image.AddFile(library, await File.ReadAllBytesAsync(library, ct), executable: true);
        }
    }

    private static async Task AddModulesAsync(CpioWriter image, LabSpec spec, KernelImage kernel, CancellationToken ct)
    {
        var modules = new KernelModules(kernel.ModulesFolder);
        string[] wanted =
        [
            .. ChannelModules,
            .. spec.PmemBytes > 0 ? PmemModules : [],
            .. spec.DiskBytes > 0 ? DiskModules : [],
            .. spec.ZramBytes > 0 ? ZramModules : [],
            .. spec.Nested ? NestedModules : [],
        ];
        foreach (var module in wanted)
        {
            await modules.AddAsync(module, ct);
        }

        var list = new StringBuilder();
        foreach (var (name, content) in modules.InLoadingOrder)
        {
            image.AddFile($"/lib/modules/{name}.ko", content);
            list.Append($"/lib/modules/{name}.ko\n");
        }

        image.AddFile("/lib/lab-modules", Encoding.ASCII.GetBytes(list.ToString()));
    }

    private static async Task<byte[]> KeptGuestAsync(string folder, CancellationToken ct)
    {
        var source = Path.Combine(folder, "keep_guest.c");
        await File.WriteAllBytesAsync(source, Resource("keep_guest.c"), ct);
        var program = Path.Combine(folder, "keep_guest");
        await CompiledProgram.BuildAsync(source, program, ["-O1", "-static"], ct);
        return await File.ReadAllBytesAsync(program, ct);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(Initramfs).Assembly.GetManifestResourceStream("guest/" + name)
            ?? throw new InvalidOperationException($"the lab's guest file '{name}' is not in the assembly");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
