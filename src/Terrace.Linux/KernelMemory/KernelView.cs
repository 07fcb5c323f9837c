using System.Runtime.InteropServices;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// All that reading page tables on this kernel needs: its memory, where things are in its structures, where its task list begins,
/// and how its page tables are shaped. Opened once and shared by all processes.
/// </summary>
internal sealed class KernelView : IDisposable
{
    private KernelView(KernelCore core, KernelLayout layout, KernelSymbols symbols, int levels, ulong addressMask)
    {
        Core = core;
        Layout = layout;
        Symbols = symbols;
        Levels = levels;
        AddressMask = addressMask;
        Tasks = new TaskLocator(this);
    }

    public KernelCore Core { get; }

    public KernelLayout Layout { get; }

    public KernelSymbols Symbols { get; }

    /// <summary>Levels of page tables: 4, or 5 with la57.</summary>
    public int Levels { get; }

    /// <summary>Address bits of page-table entries; memory encryption (SME) takes one of them away.</summary>
    public ulong AddressMask { get; }

    /// <summary>Finds processes' tasks.</summary>
    public TaskLocator Tasks { get; }

    /// <summary>Opens everything; on failure null with the problem in <paramref name="problem"/>.</summary>
    public static KernelView? TryOpen(string root, out TrackerProblem? problem)
    {
        problem = CheckBefore(root);
        if (problem is not null)
        {
            return null;
        }

        FileTree tree = new(root);
        int error = KernelCore.TryOpen(tree.PathOf("proc/kcore"), out KernelCore? core);
        if (error != 0)
        {
            problem = CoreProblem(error, tree);
            return null;
        }

        KernelView? view = null;
        try
        {
            view = TryOpen(tree, core!, out problem);
            return view;
        }
        finally
        {
            if (view is null)
            {
                core!.Dispose();
            }
        }
    }

    /// <summary>The frame of the shared huge page of zeros, or all ones. The kernel may free it and choose another.</summary>
    public ulong HugeZeroFrame() =>
        Symbols.HugeZeroFrame != 0 && Core.TryReadVirtual(Symbols.HugeZeroFrame, out ulong frame) ? frame : ulong.MaxValue;

    /// <inheritdoc/>
    public void Dispose() => Core.Dispose();

    private static bool TryReadSymbols(FileTree tree, KernelCore core, out KernelSymbols symbols)
    {
        // Whoever hides addresses from root, too, means it.
        if (tree.ReadNumber("proc/sys/kernel/kptr_restrict") is not >= 2
            && KernelSymbolTable.TryRead(core.VmCoreInfo, core.TryReadVirtual) is { InitTask: not 0 } found)
        {
            symbols = found;
            return true;
        }

        return KernelSymbols.TryRead(tree, out symbols) == 0 && symbols.InitTask != 0;
    }

    private static TrackerProblem? CheckBefore(string root)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return new TrackerProblem(
                TrackerProblemReason.Architecture, "page tables are read on x86-64 only", "use another tracker on this machine");
        }

        if (root == "/" && !EffectiveUser.IsRoot)
        {
            return new TrackerProblem(TrackerProblemReason.NotPermitted, "reading page tables needs root", "run it with sudo");
        }

        // The task list has the numbers of the initial PID namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h); in another one they
        // would name other processes.
        return new FileInfo(Path.Combine(root, "proc/self/ns/pid")).LinkTarget is { } space
            && !space.Contains("4026531836", StringComparison.Ordinal)
            ? new TrackerProblem(
                TrackerProblemReason.PidNamespace,
                "process numbers here are those of a container's PID namespace",
                "run it in the host's (for a container: --pid=host)")
            : null;
    }

    private static TrackerProblem CoreProblem(int error, FileTree tree)
    {
        // LOCKDOWN_KCORE belongs to the confidentiality level (include/linux/security.h); integrity lets kcore be read.
        if (LockdownLevels.Read(tree) == LockdownLevel.Confidentiality)
        {
            return new TrackerProblem(
                TrackerProblemReason.Lockdown,
                "kernel lockdown is at \"confidentiality\", which forbids reading /proc/kcore",
                "boot without lockdown=confidentiality (integrity is enough for Secure Boot)");
        }

        return error switch
        {
            Errno.ENOENT => new TrackerProblem(
                TrackerProblemReason.NoCore,
                "this kernel has no /proc/kcore",
                "use a kernel with CONFIG_PROC_KCORE=y (all distributions' kernels have it), and outside a container that hides it"),
            Errno.EPERM or Errno.EACCES => new TrackerProblem(
                TrackerProblemReason.NotPermitted,
                "/proc/kcore may not be opened",
                "run as root with CAP_SYS_RAWIO; inside a container add that capability"),
            _ => new TrackerProblem(
                TrackerProblemReason.NoCore,
                $"/proc/kcore cannot be used (error {error})",
                "check that it is the kernel's own and not masked by a container"),
        };
    }

    private static KernelView? TryOpen(FileTree tree, KernelCore core, out TrackerProblem? problem)
    {
        if (tree.Read("sys/kernel/btf/vmlinux", BtfReader.MostBytes) is not { } types)
        {
            problem = new TrackerProblem(
                TrackerProblemReason.NoTypes, "this kernel has no /sys/kernel/btf/vmlinux", "use a kernel with CONFIG_DEBUG_INFO_BTF=y");
            return null;
        }

        if (BtfReader.TryParse(types) is not { } btf || KernelLayout.TryFind(btf) is not { } layout)
        {
            problem = new TrackerProblem(
                TrackerProblemReason.NoTypes,
                "/sys/kernel/btf/vmlinux does not describe task_struct and mm_struct in a way this version understands",
                "report the kernel's version");
            return null;
        }

        if (!TryReadSymbols(tree, core, out KernelSymbols symbols))
        {
            problem = new TrackerProblem(
                TrackerProblemReason.NoSymbols,
                "/proc/kallsyms does not show where init_task is",
                "set kernel.kptr_restrict to 0 or 1 and run with CAP_SYSLOG; the kernel needs CONFIG_KALLSYMS_ALL=y");
            return null;
        }

        int levels = CoreFileHeaders.Number(core.VmCoreInfo, "pgtable_l5_enabled"u8) == 1 ? 5 : 4;
        ulong encryption = (ulong)(CoreFileHeaders.Number(core.VmCoreInfo, "sme_mask"u8) ?? 0);
        KernelView view = new(core, layout, symbols, levels, PageTableEntry.FrameAddressMask & ~encryption);

        // init_task is process 0: a cheap check that symbols, types and memory belong together.
        if (!view.Tasks.TryRead(symbols.InitTask, out TaskFacts init) || init.Pid != 0 || init.Tgid != 0 || init.Mm != 0)
        {
            problem = new TrackerProblem(
                TrackerProblemReason.Inconsistent,
                "kernel memory read through /proc/kcore does not match the kernel's symbols and types",
                "check that /proc and /sys are this kernel's own");
            return null;
        }

        problem = null;
        return view;
    }
}
