namespace Terrace.Lab.Specification;

/// <summary>The machine to boot.</summary>
public sealed record LabSpec
{
    /// <summary>Its memory nodes; the first has the CPUs, unless there are several sockets.</summary>
    public IReadOnlyList<NodeSpec> Nodes { get; init; } = NodeSpec.ParseList("dram:1G,cxl:2G");

    /// <summary>"6.12", "6.1", "7", "tracking", or a path of a vmlinuz.</summary>
    public string Kernel { get; init; } = "6.12";

    /// <summary>CPUs, shared evenly by the nodes that have some.</summary>
    public int Cpus { get; init; } = 2;

    /// <summary>How many nodes have CPUs: the first ones.</summary>
    public int Sockets { get; init; } = 1;

    /// <summary>Distances between nodes, both ways; of the others 10 + 10 × (sum of their numbers).</summary>
    public IReadOnlyList<NodeDistance> Distances { get; init; } = [];

    /// <summary>Offer 57-bit addresses, so that the kernel uses five levels of page tables.</summary>
    public bool FiveLevelPaging { get; init; }

    /// <summary>Offer AMD's virtualisation and load kvm-amd: KVM guests inside the machine.</summary>
    public bool Nested { get; init; }

    /// <summary>An NVDIMM of this many bytes that becomes one more node through device-dax and kmem; 0 for none.</summary>
    public long PmemBytes { get; init; }

    /// <summary>An empty disk of this many bytes, /dev/vda; 0 for none.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Pools of huge pages of 2 MiB that are there from boot (hugetlbfs), by node.</summary>
    public IReadOnlyList<HugePool> HugePools { get; init; } = [];

    /// <summary>The size of folios that anonymous memory is made of where possible (mTHP, Linux 6.8); 0 for what the kernel does.</summary>
    public long FolioBytes { get; init; }

    /// <summary>Swap in compressed memory (zram) of this many bytes; 0 for none.</summary>
    public long ZramBytes { get; init; }

    /// <summary>KSM runs: equal pages that programs offer are merged.</summary>
    public bool MergesPages { get; init; }

    /// <summary>
    /// PID 1 waits until a command has put a program at /run/lab-init, and becomes that (guest/lab-later): for machines with
    /// another init than the lab's.
    /// </summary>
    public bool InitLater { get; init; }

    /// <summary>More words for the kernel's command line.</summary>
    public string Append { get; init; } = "";

    /// <summary>Programs of the host to put in the machine with the libraries that they need, at the same paths.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Arguments handed to QEMU as they are, for instance a plugin.</summary>
    public IReadOnlyList<string> QemuArguments { get; init; } = [];

    /// <summary>The longest that a boot may take.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The guest's serial console is this terminal, for the interactive shell.</summary>
    public bool ConsoleOnTerminal { get; init; }
}
