using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace run</c>: a command runs as it would without, and its pages are managed meanwhile.</summary>
[Collection("lab")]
public sealed class RunTests(LabFixture lab)
{
    [Theory]
    [InlineData("true", 0)]
    [InlineData("sh -c 'exit 42'", 42)]
    [InlineData("sh -c 'kill -9 $$'", 137)]
    public async Task The_commands_exit_code_is_passed_on(string command, int exitCode)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync($"terrace run --fast 40% -- {command}", ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.Stderr}");
    }

    [Fact]
    public async Task Input_and_output_are_the_commands_own()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync("echo from above | terrace run --fast 40% -- cat", ct: TestContext.Current.CancellationToken);
        Assert.Equal("from above\n", result.Stdout);
    }

    [Fact]
    public async Task A_command_and_its_children_are_brought_to_the_share()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "terrace run --fast 40% -- sh -c 'terrace exercise --size 128M --fast 40% --for 20s --json > /tmp/child.jsonl; exit 3'; "
                + "echo code $?",
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.Contains("code 3", result.Stdout, StringComparison.Ordinal);
        Assert.InRange(await LastFastPageShareAsync(vm, "/tmp/child.jsonl"), 0.35, 0.5);
    }

    [Fact]
    public async Task A_child_whose_parent_exited_is_still_managed()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "terrace run --fast 40% -- sh -c '(terrace exercise --size 128M --fast 40% --for 20s --json > /tmp/orphan.jsonl &) ; sleep "
                + "24'; echo code $?",
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.Contains("code 0", result.Stdout, StringComparison.Ordinal);
        Assert.InRange(await LastFastPageShareAsync(vm, "/tmp/orphan.jsonl"), 0.35, 0.5);
    }

    private static async Task<double> LastFastPageShareAsync(LabMachine vm, string path)
    {
        LabResult last = await vm.RunAsync($"""grep '"event":"report"' {path} | tail -n 1""", ct: TestContext.Current.CancellationToken);
        using System.Text.Json.JsonDocument report = System.Text.Json.JsonDocument.Parse(last.Stdout);
        return report.RootElement.GetProperty("fastPageShare").GetDouble();
    }
}
