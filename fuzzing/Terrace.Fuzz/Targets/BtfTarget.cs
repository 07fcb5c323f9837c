using Terrace.Linux.KernelMemory;

namespace Terrace.Fuzz.Targets;

/// <summary>The kernel's type information.</summary>
internal sealed class BtfTarget : IFuzzTarget
{
    public string Name => "btf";

    public string Reads => "/sys/kernel/btf/*: types of the kernel and of its modules";

    public IReadOnlyList<string> Words => ["task_struct\0", "mm_struct\0", "tasks\0", "pid\0", "tgid\0", "mm\0", "pgd\0", "mm_lock_seq\0"];

    public IEnumerable<byte[]> Seeds => [BtfSample.Kernel(kindFlag: false), BtfSample.Kernel(kindFlag: true), BtfSample.Module()];

    private static readonly BtfReader s_kernel = BtfReader.TryParse(BtfSample.Kernel(kindFlag: false))!;

    public void Run(ReadOnlySpan<byte> input)
    {
        byte[] file = input.ToArray();
        if (BtfReader.TryParse(file) is { } kernel)
        {
            Check(KernelLayout.TryFind(kernel));
            Check(kernel.OffsetOf("mm_struct"u8, "mm_lock_seq"u8));
        }

        if (BtfReader.TryParse(file, s_kernel) is { } module)
        {
            Check(module.OffsetOf("kvm"u8, "arch"u8));
            _ = module.IsStructure("kvm"u8, "first"u8);
        }
    }

    // Offsets are of 32 bits at most, counted in bits and summed over the structures that are nested: never negative.
    private static void Check(int? offset) => Expect.That(offset is null or >= 0);

    private static void Check(KernelLayout? layout)
    {
        if (layout is not null)
        {
            Expect.That(layout is { TaskTasks: >= 0, TaskPid: >= 0, TaskTgid: >= 0, TaskMm: >= 0, MmPgd: >= 0 });
            Expect.That(layout.Threads is null or { TaskSignal: >= 0, TaskNode: >= 0, SignalHead: >= 0 });
        }
    }
}
