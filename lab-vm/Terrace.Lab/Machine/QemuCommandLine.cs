using Terrace.Lab.Specification;

namespace Terrace.Lab.Machine;

/// <summary>QEMU's arguments for a machine with tiers (qemu(1): -numa, -machine hmat=on, -device nvdimm).</summary>
internal static class QemuCommandLine
{
    /// <summary>Ports of the command channel, in the order of <see cref="PortSocket"/>.</summary>
    public static readonly string[] Ports = ["control", "out", "err", "kill"];

    /// <summary>The host's socket of a port.</summary>
    public static string PortSocket(string folder, string port) => Path.Combine(folder, port + ".sock");

    // A CPU that advertises fast string moves lets the kernel copy with "rep movsb", which emulation does byte by byte, much more
    // slowly than the kernel's own loop of words. Real CPUs have it because it is fast there.
    private const string SlowStringMoves = "-erms,-fsrm";

    /// <summary>Builds the arguments.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="vmlinuz">Its kernel.</param>
    /// <param name="folder">The run's folder: initramfs, sockets, console log.</param>
    public static List<string> Build(LabSpec spec, string vmlinuz, string folder)
    {
        var arguments = new List<string>
        {
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-machine", spec.PmemBytes > 0 ? "q35,hmat=on,nvdimm=on" : "q35,hmat=on",
            "-accel", "tcg,thread=multi",
            "-cpu", $"max,{SlowStringMoves},{(spec.FiveLevelPaging ? "+" : "-")}la57{(spec.Nested ? ",+svm" : "")}",
            "-smp", spec.CpuNodes.Count > 1
                ? $"{spec.Cpus},sockets={spec.CpuNodes.Count},cores={spec.Cpus / spec.CpuNodes.Count},threads=1"
                : $"{spec.Cpus}",
            "-kernel", vmlinuz,
            "-initrd", Path.Combine(folder, "initramfs"),
            "-append", KernelWords(spec),
            "-device", "virtio-serial-pci",
        };
        Console(arguments, spec, folder);
        foreach (var port in Ports)
        {
            arguments.AddRange(["-chardev", $"socket,id={port},path={PortSocket(folder, port)}"]);
            arguments.AddRange(["-device", $"virtserialport,chardev={port},name=terrace.{port}"]);
        }

        if (spec.DiskBytes > 0)
        {
            arguments.AddRange(["-drive", $"file={Disk(folder)},format=raw,if=virtio"]);
        }

        Memory(arguments, spec);
        arguments.AddRange(spec.QemuArguments);
        return arguments;
    }

    /// <summary>The file on the host that is the machine's disk.</summary>
    public static string Disk(string folder) => Path.Combine(folder, "disk");

    // The words that begin with "lab." are for the guest's own scripts.
    private static string KernelWords(LabSpec spec)
    {
        // Without no_timer_check the kernel counts ticks for some milliseconds, and panics when a busy host has given it none.
        List<string> words = ["console=ttyS0", "loglevel=4", "panic=-1", "no_timer_check", "rdinit=/init"];
        if (spec.InitLater)
        {
            words.Add("lab.init=later");
        }

        if (spec.HugePools.Count > 0)
        {
            // Documentation/admin-guide/kernel-parameters.txt, hugepages: by node since Linux 5.16.
            words.AddRange(["hugepagesz=2M", $"hugepages={string.Join(',', spec.HugePools.Select(pool => $"{pool.Node}:{pool.Pages}"))}"]);
        }

        if (spec.FolioBytes > 0)
        {
            words.Add($"lab.mthp={spec.FolioBytes >> 10}");
        }

        if (spec.ZramBytes > 0)
        {
            words.Add($"lab.zram={spec.ZramBytes}");
        }

        if (spec.MergesPages)
        {
            words.Add("lab.ksm");
        }

        words.Add(spec.Append);
        return string.Join(' ', words).TrimEnd();
    }

    private static void Console(List<string> arguments, LabSpec spec, string folder)
    {
        var log = Path.Combine(folder, "console.log");
        arguments.AddRange(
        [
            "-chardev",
            spec.ConsoleOnTerminal ? $"stdio,id=console,mux=on,signal=off,logfile={log}" : $"file,id=console,path={log}",
            "-serial", "chardev:console",
        ]);
        if (spec.ConsoleOnTerminal)
        {
            // Gives Ctrl-A X, QEMU's own way out of a hung machine.
            arguments.AddRange(["-mon", "chardev=console"]);
        }
    }

    private static void Memory(List<string> arguments, LabSpec spec)
    {
        var total = spec.Nodes.Sum(node => node.Bytes);
        arguments.AddRange(
        [
            "-m",
            spec.PmemBytes > 0
                ? $"{total >> 20}M,slots=4,maxmem={(total + spec.PmemBytes + (4L << 30)) >> 20}M"
                : $"{total >> 20}M",
        ]);
        for (var node = 0; node < spec.Nodes.Count; node++)
        {
            arguments.AddRange(["-object", $"memory-backend-ram,id=mem{node},size={spec.Nodes[node].Bytes >> 20}M"]);
            arguments.AddRange(["-numa", $"node,nodeid={node},memdev=mem{node},{CpusOf(spec, node)}initiator={HomeOf(spec, node)}"]);
        }

        var nodes = spec.Nodes.ToList();
        if (spec.PmemBytes > 0)
        {
            // The NVDIMM's own proximity domain: a node without memory until kmem brings it.
            var node = nodes.Count;
            arguments.AddRange(["-numa", $"node,nodeid={node},initiator={HomeOf(spec, node)}"]);
            arguments.AddRange(["-object", $"memory-backend-ram,id=pmem,size={spec.PmemBytes >> 20}M"]);
            arguments.AddRange(["-device", $"nvdimm,id=nvdimm0,memdev=pmem,node={node},unarmed=off"]);
            nodes.Add(NodeSpec.Of(NodeKind.Pmem, spec.PmemBytes));
        }

        for (var from = 0; from < nodes.Count; from++)
        {
            for (var to = from + 1; to < nodes.Count; to++)
            {
                arguments.AddRange(["-numa", $"dist,src={from},dst={to},val={spec.DistanceOf(from, to)}"]);
            }
        }

        foreach (var from in spec.CpuNodes.Order())
        {
            for (var node = 0; node < nodes.Count; node++)
            {
                // From the nearest CPUs it is the node's own; from others it grows as the distance does.
                var latency = nodes[node].LatencyNanoseconds * spec.DistanceOf(from, node) / spec.DistanceOf(HomeOf(spec, node), node);
                var hmat = $"hmat-lb,initiator={from},target={node},hierarchy=memory";
                arguments.AddRange(["-numa", $"{hmat},data-type=access-latency,latency={latency}"]);
                arguments.AddRange(["-numa", $"{hmat},data-type=access-bandwidth,bandwidth={nodes[node].BandwidthGigabytesPerSecond}G"]);
            }
        }
    }

    private static string CpusOf(LabSpec spec, int node)
    {
        var each = spec.Cpus / spec.CpuNodes.Count;
        var first = each * spec.CpuNodes.Order().ToList().IndexOf(node);
        return first < 0 ? "" : $"cpus={first}-{first + each - 1},";
    }

    /// <summary>The node whose CPUs are the nearest to a node.</summary>
    private static int HomeOf(LabSpec spec, int node) => spec.CpuNodes.Order().MinBy(home => spec.DistanceOf(home, node));
}
