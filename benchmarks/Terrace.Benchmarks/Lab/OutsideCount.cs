using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// The share of accesses served by fast memory, counted from outside the machine: a plugin of the emulator sees every load and store of the
/// exercise's arena with its physical address. What <c>terrace exercise</c> says of the same stretch must agree.
/// </summary>
/// <param name="Outside">Share counted by the emulator, 0 to 1.</param>
/// <param name="Inside">Share counted by the exercise.</param>
/// <param name="Accesses">Accesses that the emulator counted.</param>
internal sealed record OutsideCount(double Outside, double Inside, long Accesses)
{
    private const long ArenaBytes = 1400L << 20;
    private const long FastBytes = 1L << 30;
    private const ulong Arena = 0x1000_0000_0000;

    /// <summary>Builds the plugin, boots a machine with it, and counts a stretch before management and one from its steady state.</summary>
    public static async Task<(OutsideCount Unmanaged, OutsideCount Managed)> RunAsync(string root, Func<LabSpec, Task<LabMachine>> boot)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, "artifacts", "access-counter")).FullName;
        string plugin = Path.Combine(folder, "access_counter.so");
        string counts = Path.Combine(folder, "counts");
        File.Delete(counts);
        await CompiledProgram.BuildAsync(
            Path.Combine(root, "lab-vm", "access-counter", "access_counter.c"), plugin, ["-O2", "-shared", "-fPIC", "-pthread"], default);
        string arguments = string.Create(
            CultureInfo.InvariantCulture, $"{plugin},out={counts},from={Arena:x},to={Arena + (ulong)ArenaBytes:x},fast={FastBytes}");
        await using LabMachine vm = await boot(new LabSpec { QemuArguments = ["-plugin", arguments] });
        await RunAsync(
            vm,
            "terrace exercise --json --size 1400M --hot 10% --share 90% --scatter > /tmp/ex.jsonl 2> /tmp/ex.err & until [ $(wc -l < "
                + "/tmp/ex.jsonl) -ge 3 ]; do sleep 0.2; done");
        OutsideCount unmanaged = await CountAsync(vm, counts, "sleep 30");
        await RunAsync(vm, "terrace manage --pid $(pidof terrace) --for 90s --json > /tmp/m.jsonl & sleep 60");
        OutsideCount managed = await CountAsync(vm, counts, "sleep 20");
        return (unmanaged, managed);
    }

    private static async Task<OutsideCount> CountAsync(LabMachine vm, string counts, string stretch)
    {
        int linesBefore = File.ReadLines(counts).Count();
        string[] marks = (await RunAsync(vm, $"wc -l < /tmp/ex.jsonl; {stretch}; wc -l < /tmp/ex.jsonl"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int linesAfter = File.ReadLines(counts).Count();
        long[][] seconds =
        [
            .. File.ReadLines(counts)
                .Take(linesAfter)
                .Skip(linesBefore + 1)
                .Select(line => line.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray()),
        ];
        long fast = seconds.Sum(second => second[1]);
        long slow = seconds.Sum(second => second[2]);
        ExerciseLog log = ExerciseLog.Parse((await RunAsync(vm, "cat /tmp/ex.jsonl")).Split('\n'));
        IReadOnlyList<ExerciseLog.Second> reports =
        [
            .. log.Seconds.Take(int.Parse(marks[1], CultureInfo.InvariantCulture) - 1)
                .Skip(int.Parse(marks[0], CultureInfo.InvariantCulture)),
        ];
        double inside = reports.Sum(
            second => second.FastShare * second.AccessesPerSecond) / reports.Sum(second => second.AccessesPerSecond);
        return new OutsideCount((double)fast / (fast + slow), inside, fast + slow);
    }

    private static async Task<string> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(10));
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stderr}");
    }
}
