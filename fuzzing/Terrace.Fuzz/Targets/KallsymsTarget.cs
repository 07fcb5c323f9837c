using Terrace.Linux.KernelMemory;

namespace Terrace.Fuzz.Targets;

/// <summary>Addresses of the kernel's variables.</summary>
internal sealed class KallsymsTarget : IFuzzTarget
{
    private static readonly InputFile s_file = new();

    public string Name => "kallsyms";

    public string Reads => "/proc/kallsyms";

    public IReadOnlyList<string> Words => [" init_task\n", " huge_zero_pfn\n", "ffffffff82a0f940 D "];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        """
        ffffffff81000000 T _text
        ffffffff82a0f940 D init_task
        ffffffff82a0f980 D init_task_exec_state
        ffffffffa0001000 t init_task	[some_module]
        ffffffff82f01238 B huge_zero_pfn

        """,
        "0000000000000000 D init_task\n0000000000000000 B huge_zero_pfn\n");

    public void Run(ReadOnlySpan<byte> input)
    {
        s_file.Set(input);
        KernelSymbols whole = KernelSymbols.Find(input, default);
        Expect.That(KernelSymbols.TryRead(s_file.Path, out KernelSymbols pieces) == 0);
        Expect.That(pieces == whole);

        // What is known stays known.
        Expect.That(KernelSymbols.Find(default, whole) == whole);
    }
}
