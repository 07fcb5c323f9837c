using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Doctor;

/// <summary>The host that is looked at: its files, what trying told, and what several checks ask for.</summary>
internal sealed class DoctorHost
{
    /// <summary>The host whose files are below <paramref name="root"/>: <c>/</c>, or a captured tree in tests.</summary>
    public DoctorHost(HostProbes probes, string root = "/", TierChoice? tiers = null)
    {
        Probes = probes;
        Root = root;
        Files = new FileTree(root);
        Settings = new KernelSettings(root);
        try
        {
            Machine = new TopologyReader(root, tiers).Read();
        }
        catch (InvalidDataException problem)
        {
            MachineProblem = problem.Message;
        }
    }

    public string Root { get; }

    public FileTree Files { get; }

    public HostProbes Probes { get; }

    public KernelSettings Settings { get; }

    /// <summary>Nodes and tiers; null where /proc and /sys do not tell.</summary>
    public MachineFacts? Machine { get; }

    /// <summary>Why <see cref="Machine"/> is null.</summary>
    public string? MachineProblem { get; }

    /// <summary>Its kernel's version.</summary>
    public KernelRelease Release => KernelRelease.Parse(Files.ReadText("proc/sys/kernel/osrelease") ?? "");

    /// <summary>The idle bitmap, which takes over where page tables cannot be read.</summary>
    public bool HasIdleBitmap => Files.Has("sys/kernel/mm/page_idle/bitmap");
}
