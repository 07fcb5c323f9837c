using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Tests.KernelMemory;

public sealed class KernelSymbolsTests
{
    private const string Symbols = """
        ffffffff81000000 T _text
        ffffffff82a0f940 D init_task
        ffffffff82a0f980 D init_task_exec_state
        ffffffffa0001000 t init_task	[some_module]
        ffffffff82f01238 B huge_zero_pfn

        """;

    [Fact]
    public void Whole_names_are_found_across_pieces_of_the_file()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, 9000).Select(i => $"ffffffff8100{i:x4} t filler_{i}\n")) + Symbols);
        Assert.Equal(0, KernelSymbols.TryRead(path, out KernelSymbols symbols));
        File.Delete(path);
        Assert.Equal(new KernelSymbols(0xffffffff82a0f940, 0xffffffff82f01238), symbols);
    }

    [Fact]
    public void Hidden_addresses_are_zero()
    {
        byte[] hidden = "0000000000000000 D init_task\n"u8.ToArray();
        Assert.Equal(0UL, KernelSymbols.Find(hidden, default).InitTask);
    }
}
