using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.SecondLevel;

/// <summary>
/// Byte offsets within the kernel's structures, on the way from a process to its guests' second-level page tables
/// (include/linux/kvm_host.h, arch/x86/kvm/mmu/mmu_internal.h).
/// </summary>
/// <param name="TaskFiles">task_struct.files.</param>
/// <param name="FilesTable">files_struct.fdt.</param>
/// <param name="TableCount">fdtable.max_fds.</param>
/// <param name="TableFiles">fdtable.fd: array of struct file pointers.</param>
/// <param name="FilePrivate">file.private_data: the struct kvm of a virtual machine's descriptor.</param>
/// <param name="KvmMm">kvm.mm.</param>
/// <param name="KvmRoots">kvm.arch.tdp_mmu_roots: list of top tables.</param>
/// <param name="PageLink">kvm_mmu_page.link: in that list.</param>
/// <param name="PageRole">kvm_mmu_page.role: its level in the lowest four bits.</param>
/// <param name="PageTable">kvm_mmu_page.spt: kernel virtual address of the table.</param>
internal sealed record KvmLayout(
    int TaskFiles,
    int FilesTable,
    int TableCount,
    int TableFiles,
    int FilePrivate,
    int KvmMm,
    int KvmRoots,
    int PageLink,
    int PageRole,
    int PageTable)
{
    /// <summary>
    /// Looks the offsets up; null when one is not there: no KVM, or one without the MMU for two-dimensional paging (Linux 5.10).
    /// </summary>
    /// <param name="kernel">The kernel's own types.</param>
    /// <param name="kvm">Those of the kvm module, or the kernel's where it is built in.</param>
    public static KvmLayout? TryFind(BtfReader kernel, BtfReader kvm)
    {
        int?[] offsets =
        [
            kernel.OffsetOf("task_struct"u8, "files"u8),
            kernel.OffsetOf("files_struct"u8, "fdt"u8),
            kernel.OffsetOf("fdtable"u8, "max_fds"u8),
            kernel.OffsetOf("fdtable"u8, "fd"u8),
            kernel.OffsetOf("file"u8, "private_data"u8),
            Of("kvm"u8, "mm"u8),
            Of("kvm"u8, "arch"u8) + Of("kvm_arch"u8, "tdp_mmu_roots"u8),
            Of("kvm_mmu_page"u8, "link"u8),
            Of("kvm_mmu_page"u8, "role"u8),
            Of("kvm_mmu_page"u8, "spt"u8),
        ];
        return Array.TrueForAll(offsets, offset => offset is not null)
            ? new KvmLayout(
                offsets[0]!.Value,
                offsets[1]!.Value,
                offsets[2]!.Value,
                offsets[3]!.Value,
                offsets[4]!.Value,
                offsets[5]!.Value,
                offsets[6]!.Value,
                offsets[7]!.Value,
                offsets[8]!.Value,
                offsets[9]!.Value)
            : null;

        // What the kernel itself uses too, such as struct kvm for perf events, is not repeated in the module's types.
        int? Of(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> member) =>
            kvm.OffsetOf(structure, member) ?? kernel.OffsetOf(structure, member);
    }
}
