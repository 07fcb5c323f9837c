using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Control;

namespace Terrace.Cli.Control;

/// <summary>Writes the kernel's own account of a target's control groups for people, and why it differs.</summary>
internal static class CgroupText
{
    // Less than this is not worth a word.
    private const long MuchBytes = 64L << 20;

    public static void Write(TextOutput output, IReadOnlyList<GroupStatus> groups)
    {
        List<CgroupStatus> cgroups = [.. groups.SelectMany(group => group.Cgroups)];
        output.WriteLine();
        if (cgroups.Count == 0)
        {
            output.WriteLine(
                "the kernel keeps no account of its control groups: they are the root group, or without the memory controller of cgroup "
                    + "v2");
            return;
        }

        foreach (CgroupStatus cgroup in cgroups)
        {
            output.WriteLine(
                $"control group {cgroup.Path}: {ByteSize.Format(cgroup.ManagedBytes)} managed, "
                    + $"{ByteSize.Format(cgroup.ManagedFastBytes)} of it in fast memory; the kernel charges it for");
            TextTable table = new("node", "tier", "private", "page cache", "of it shared", "kernel", "together");
            foreach (CgroupNodeStatus node in cgroup.Nodes)
            {
                table.Add(
                    node.Node.ToString(CultureInfo.InvariantCulture),
                    node.Tier is { } tier ? tier.ToString(CultureInfo.InvariantCulture) : "–",
                    ByteSize.Format(node.AnonBytes),
                    ByteSize.Format(node.FileBytes),
                    ByteSize.Format(node.ShmemBytes),
                    ByteSize.Format(node.KernelBytes),
                    ByteSize.Format(node.AnonBytes + node.FileBytes + node.KernelBytes));
            }

            output.Write(table, indent: 2);
            long unmapped = cgroup.Nodes.Where(node => node.Tier > 0).Sum(node => node.UnmappedFileBytes);
            if (unmapped >= MuchBytes)
            {
                output.WriteText(
                    $"{ByteSize.Format(unmapped)} of page cache that nobody maps lie in slow memory, where Terrace leaves them: who reads "
                        + "them with read(2) has no entry in a page table.");
            }
        }

        output.WriteLine();
        output.WriteText("The kernel's figures hold now and for all processes of the group and of those below it; Terrace's are of the "
            + "last rounds. "
            + "Only the kernel counts file pages that nobody maps, program text, and its own memory.");
        output.WriteText("Shared pages are charged to the group that touched them first, and managed in the target that was "
            + "seen with them first.");
    }
}
