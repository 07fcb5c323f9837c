using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>What <c>terrace accessed</c> writes of a process of known heat, and how it ends.</summary>
[Collection("lab")]
public sealed class AccessedLabTests(LabFixture lab)
{
    private const int ArenaPages = 80 * 256;
    private const int HotPages = ArenaPages / 10;
    private const int Page = 4096;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("off")]
    [InlineData("on")]
    public async Task A_hot_range_is_accessed_in_every_scan_and_the_rest_is_mostly_idle(string hugePages)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(
            vm, $"--size 80M --hot 10% --share 100% --contiguous --huge-pages {hugePages}");
        await RunAsync($"terrace accessed {exercise.Pid} --scans 3 --interval 500ms --output /tmp/bits");
        ulong arena = await ArenaAsync();
        await exercise.EndAsync();

        IReadOnlyList<SortedDictionary<ulong, (bool Accessed, bool Huge)>> scans = IdlePagesStream.Read(await BytesAsync("/tmp/bits"));
        Assert.Equal(3, scans.Count);
        Assert.All(scans, scan =>
        {
            ulong[] pages = [.. scan.Keys.Where(page => page >= arena && page < arena + ((ulong)ArenaPages * Page))];
            Assert.InRange(pages.Length, ArenaPages * 0.95, ArenaPages);
            Assert.InRange(
                pages.Count(page => scan[page].Huge), hugePages == "on" ? ArenaPages * 0.9 : 0, hugePages == "on" ? ArenaPages : 0);

            // The program touches few others of them: one for each look at where its memory is.
            ulong[] hot = [.. pages.Where(page => scan[page].Accessed)];
            Assert.InRange(hot.Length, HotPages * 0.95, HotPages * 1.3);
            Assert.InRange(hot.Count(page => page < arena + ((ulong)HotPages * Page)), HotPages * 0.95, HotPages);
        });
    }

    [Fact]
    public async Task A_range_has_its_pages_only_and_numbers_agree_with_the_file()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 80M --hot 10% --share 100% --contiguous");
        ulong arena = await ArenaAsync();
        string range = string.Create(CultureInfo.InvariantCulture, $"{arena:x}-{arena + (100 * Page):x}");
        string lines = await RunAsync(
            $"terrace accessed {exercise.Pid} --scans 2 --interval 200ms --range {range} --output /tmp/bits --json");
        await exercise.EndAsync();

        IReadOnlyList<SortedDictionary<ulong, (bool Accessed, bool Huge)>> scans = IdlePagesStream.Read(await BytesAsync("/tmp/bits"));
        Assert.Equal(
            scans.Select(scan => (scan.Values.Count(page => page.Accessed), scan.Values.Count(page => !page.Accessed))),
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Select(
                line => (line.GetProperty("accessedPages").GetInt32(), line.GetProperty("idlePages").GetInt32())));
        Assert.All(scans, scan => Assert.Equal(100, scan.Count));
        Assert.All(scans, scan => Assert.InRange(scan.Values.Count(page => page.Accessed), 95, 100));
    }

    [Fact]
    public async Task It_ends_without_a_word_when_nobody_reads_and_with_one_when_the_process_has_exited()
    {
        await lab.MachineWithTerraceAsync();
        string said = await RunAsync(
            """
            sleep 100 & p=$!
            { terrace accessed $p --scans 100000 --interval 20ms 2> /tmp/err; echo "code $?" > /tmp/code; } | head -c 2000 > /dev/null
            cat /tmp/code /tmp/err
            mkfifo /tmp/pipe
            head -c 2000 /tmp/pipe > /dev/null & sleep 0.5
            terrace accessed $p --scans 100000 --interval 20ms --output /tmp/pipe || echo "pipe $?"
            rm /tmp/pipe
            terrace accessed $p > /dev/full 2> /tmp/err || echo "full $?"
            grep -o 'the disk is full' /tmp/err
            kill $p
            sleep 3 & p=$!
            terrace accessed $p --scans 100000 --interval 20ms --json > /tmp/lines 2> /tmp/err || echo "code $?"
            cat /tmp/err
            wc -l < /tmp/lines
            """);
        string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["code 141", "pipe 141", "full 73", "the disk is full", "code 66"], lines[..5]);
        Assert.Matches($"^terrace: process [0-9]+ exited after {lines[6].Trim()} scans — ", lines[5]);
    }

    private async Task<ulong> ArenaAsync()
    {
        using JsonDocument start = JsonDocument.Parse(await RunAsync("head -n 1 /tmp/exercise.jsonl"));
        return ulong.Parse(start.RootElement.GetProperty("arena").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private async Task<byte[]> BytesAsync(string path)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        string folder = Directory.CreateTempSubdirectory("terrace-accessed-").FullName;
        try
        {
            await vm.GetAsync(path, folder, Stop);
            return await File.ReadAllBytesAsync(Path.Combine(folder, Path.GetFileName(path)), Stop);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string> RunAsync(string script)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(2), ct: Stop);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        return result.Stdout;
    }
}
