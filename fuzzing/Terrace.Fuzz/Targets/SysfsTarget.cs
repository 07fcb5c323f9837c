using Terrace.Linux.ControlGroups;
using Terrace.Linux.Dax;
using Terrace.Linux.Files;
using Terrace.Linux.Guests;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Fuzz.Targets;

/// <summary>
/// A whole tree of small files, of which the input changes one: its first byte says which, the rest is the content. Each input
/// reads dozens of files, so this is slower than the other targets.
/// </summary>
internal sealed class SysfsTarget : IFuzzTarget
{
    private const string Captured = "nvdimm-6.12";

    // Of many that are alike a few will do.
    private static readonly string[] s_leftOut = ["memory/memory", "node0/memory", "node1/memory", "access0", "write_", "bandwidth"];
    private readonly Lazy<string> _root;
    private (string Path, byte[] Text)[] _files = [];
    private (string? Path, byte[] Text) _changed = (null, []);

    public SysfsTarget() => _root = new Lazy<string>(MakeTree);

    public string Name => "sysfs";

    public string Reads => "small files of /sys and /proc: nodes, tiers, distances, dax, cpusets, weights, capabilities";

    public int MaxBytes => 1024;

    public IReadOnlyList<string> Words =>
    [
        "0-1", "0x", "DRIVER=kmem\n", "CapEff:\t", "Cpus_allowed_list:\t", "[none]", "CPU 1/KVM\n", "8000000", "cpuset memory", "N0=",
    ];

    public IEnumerable<byte[]> Seeds => _root.Value.Length > 0 ? _files.Select((file, index) => (byte[])[(byte)index, .. file.Text]) : [];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        string root = _root.Value;
        (string path, byte[] text) = _files[input[0] % _files.Length];
        if (_changed.Path is not null && _changed.Path != path)
        {
            File.WriteAllBytes(_changed.Path, _changed.Text);
        }

        _changed = (path, text);
        File.WriteAllBytes(path, input[1..]);
        Read(root, Path.GetRelativePath(root, path));
    }

    // All that reads this file.
    private static void Read(string root, string file)
    {
        FileTree tree = new(root);
        if (file.StartsWith("proc/7", StringComparison.Ordinal))
        {
            _ = VirtualCpus.Read(7, root);
        }
        else if (file.StartsWith("proc/self", StringComparison.Ordinal))
        {
            _ = CapabilitySet.Read(tree);
        }
        else if (file.EndsWith("lockdown", StringComparison.Ordinal))
        {
            _ = LockdownLevels.Read(tree);
        }
        else if (file.Contains("cgroup", StringComparison.Ordinal))
        {
            Expect.That(new CpusetTree(root).Groups().All(group => group.Nodes.All(node => node >= 0)));
        }
        else if (file.Contains("interleave", StringComparison.Ordinal))
        {
            Expect.That(InterleaveWeights.Read(root) is not { Count: 0 });
        }
        else
        {
            ReadNodes(root);
        }
    }

    private static void ReadNodes(string root)
    {
        try
        {
            MachineFacts facts = new TopologyReader(root).Read();
            Expect.That(facts.Topology.Nodes.All(node => node.CapacityBytes >= 0));
            Expect.That(facts.ReserveBytes.Values.All(bytes => bytes >= 0));
        }
        catch (InvalidDataException)
        {
            // A file that every kernel has is damaged: said so by name.
        }

        foreach (DaxDevice device in new DaxReader(root).ReadAll())
        {
            Expect.That(device.Blocks is null || device.Blocks.All(block => block.Number >= 0));
        }

        _ = new KernelSettings(root).Knobs.Count;
    }

    private string MakeTree()
    {
        string root = TemporaryFolder.Make();
        string tree = CapturedFiles.Tree(Captured);
        _files =
        [
            .. Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(tree, path))
                .Where(path => !s_leftOut.Any(part => path.Contains(part, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal)
                .Select(path => (Path.Combine(root, path), File.ReadAllBytes(Path.Combine(tree, path)))),
            (Path.Combine(root, "proc/self/status"), "Name:\ta\nCapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-1\n"u8.ToArray()),
            (Path.Combine(root, "proc/7/status"), "Name:\tqemu\nCpus_allowed_list:\t0-1\n"u8.ToArray()),
            (Path.Combine(root, "proc/7/task/8/comm"), "CPU 0/KVM\n"u8.ToArray()),
            (Path.Combine(root, "proc/7/task/8/status"), "Name:\tCPU 0/KVM\nCpus_allowed_list:\t1\n"u8.ToArray()),
            (Path.Combine(root, "sys/kernel/security/lockdown"), "none [integrity] confidentiality\n"u8.ToArray()),
        ];
        foreach ((string path, byte[] text) in _files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, text);
        }

        return root;
    }
}
