using Terrace.Linux.Files;

namespace Terrace.Linux.Guests;

/// <summary>On which of the host's CPUs the threads of a QEMU process may run.</summary>
/// <param name="OfCpu">By the number of the guest's CPU, for those whose threads are known by their names ("CPU 0/KVM": QEMU's
/// -name debug-threads=on, as libvirt sets it).</param>
/// <param name="OfProcess">Those of all such threads together, or of the process when no thread is known.</param>
public sealed record VirtualCpus(IReadOnlyDictionary<int, IReadOnlyList<int>> OfCpu, IReadOnlyList<int> OfProcess)
{
    /// <summary>A thread chooses its name itself: more CPUs than QEMU can have are not believed.</summary>
    private const int MaxCpus = 4096;

    /// <summary>Reads it; null when there is no such process.</summary>
    public static VirtualCpus? Read(int pid, string root = "/")
    {
        FileTree tree = new(root);
        if (AllowedCpus(tree, $"proc/{pid}/status") is not { } ofProcess)
        {
            return null;
        }

        SortedDictionary<int, IReadOnlyList<int>> ofCpu = [];
        foreach ((string thread, _) in tree.Numbered($"proc/{pid}/task", ""))
        {
            if (ofCpu.Count < MaxCpus
                && CpuOf(tree.Read($"proc/{pid}/task/{thread}/comm")) is { } cpu
                && AllowedCpus(tree, $"proc/{pid}/task/{thread}/status") is { } allowed)
            {
                ofCpu.TryAdd(cpu, allowed);
            }
        }

        return new VirtualCpus(ofCpu, ofCpu.Count == 0 ? ofProcess : [.. ofCpu.Values.SelectMany(cpus => cpus).Distinct().Order()]);
    }

    // "CPU 12/KVM", "CPU 0/TCG".
    private static int? CpuOf(ReadOnlySpan<byte> name)
    {
        int slash = name.IndexOf((byte)'/');
        return name.StartsWith("CPU "u8) && slash > 4 && KernelText.TryNumber(name[4..slash], out long cpu) && cpu is >= 0 and < MaxCpus
            ? (int)cpu
            : null;
    }

    private static List<int>? AllowedCpus(FileTree tree, string path)
    {
        ReadOnlySpan<byte> text = tree.Read(path);
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> name = "Cpus_allowed_list:"u8;
            if (line.StartsWith(name))
            {
                return IdList.TryParse(line[name.Length..], out List<int> cpus) ? cpus : null;
            }
        }

        return null;
    }
}
