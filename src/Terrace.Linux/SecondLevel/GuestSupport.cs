using Terrace.Linux.Files;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.SecondLevel;

/// <summary>What reading second-level page tables on this machine needs; shared by all processes.</summary>
/// <param name="Layout">Where things are in the kernel's structures.</param>
/// <param name="Format">How entries look.</param>
internal sealed record GuestSupport(KvmLayout Layout, SecondLevelFormat Format)
{
    /// <summary>Marks for one read at a time.</summary>
    public FrameMarks Marks { get; } = new();

    /// <summary>Null without KVM, without two-dimensional paging, or on a processor that keeps no accessed bits in its tables.</summary>
    public static GuestSupport? TryOpen(string root = "/")
    {
        FileTree tree = new(root);
        SecondLevelFormat? format = IsOn(tree, "kvm_amd", "npt") ? SecondLevelFormat.NestedPageTables
            : IsOn(tree, "kvm_intel", "ept") && IsOn(tree, "kvm_intel", "eptad") ? SecondLevelFormat.ExtendedPageTables
            : null;
        return format is { } known && IsOn(tree, "kvm", "tdp_mmu")
            && tree.Read("sys/kernel/btf/vmlinux", BtfReader.MostBytes) is { } types && BtfReader.TryParse(types) is { } kernel
            && (tree.Read("sys/kernel/btf/kvm") is { } module ? BtfReader.TryParse(module, kernel) : kernel) is { } kvm
            && KvmLayout.TryFind(kernel, kvm) is { } layout
            ? new GuestSupport(layout, known)
            : null;
    }

    private static bool IsOn(FileTree tree, string module, string parameter) =>
        tree.ReadText($"sys/module/{module}/parameters/{parameter}") is "Y" or "1";
}
