using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>The program that ships on processors that it is not compiled for.</summary>
public sealed class ProcessorTests
{
    [Theory]
    [InlineData("-cpu Nehalem", "", "AVX, AVX2, BMI1, BMI2, F16C, FMA, LZCNT, MOVBE")]
    [InlineData("-cpu max,-movbe", "", "MOVBE")]

    // A kernel that does not save the registers: AVX is there, and of no use.
    [InlineData("-cpu max", "noxsave", "AVX, AVX2, F16C, FMA")]
    public async Task On_an_older_processor_it_says_in_one_line_what_to_do_or_becomes_the_portable_one_next_to_it(
        string processor, string kernelWords, string lacking)
    {
        await using LabMachine vm = await LabFixture.BootOrSkipAsync(
            new LabSpec { QemuArguments = processor.Split(' '), Append = kernelWords });
        await vm.PutAsync(await LabFixture.TerraceAsync(), "/bin/terrace", TestContext.Current.CancellationToken);
        LabResult alone = await vm.RunAsync("terrace --version", ct: TestContext.Current.CancellationToken);
        Assert.Equal(
            $"terrace: this processor lacks {lacking}; put terrace-portable next to this program, which ./build --portable makes and all "
                + $"packages have\n",
            alone.Stderr);
        Assert.Equal((69, ""), (alone.ExitCode, alone.Stdout));

        // Under the same name, with the same arguments, as the same process.
        LabResult beside = await vm.RunAsync(
            "printf '#!/bin/sh\\necho $$ \"$@\"\\n' > /bin/terrace-portable; chmod 755 /bin/terrace-portable; sh -c 'echo $$; exec "
                + "terrace run --fast \"30 %\"'",
            ct: TestContext.Current.CancellationToken);
        string pid = beside.Stdout.Split('\n')[0];
        Assert.Equal($"{pid}\n{pid} run --fast 30 %\n", beside.Stdout);
    }
}
