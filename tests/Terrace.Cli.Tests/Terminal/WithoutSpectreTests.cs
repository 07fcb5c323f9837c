using System.Diagnostics;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Terminal;

/// <summary>The program in a folder without Spectre.Console: what runs there does not load it, and pays nothing for it.</summary>
public sealed class WithoutSpectreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public WithoutSpectreTests()
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            // The list of what the program needs would make its host miss the file at once.
            string name = Path.GetFileName(file);
            if (name != "terrace.deps.json" && !name.StartsWith("Spectre", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(_folder, name));
            }
        }
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("topology", "--json")]
    [InlineData("doctor", "--json")]
    [InlineData("simulate", "--for", "1s", "--json")]
    [InlineData("layout", "simulate", "--json")]
    [InlineData("config", "example")]
    public async Task Version_help_and_json_do_not_load_it(params string[] args)
    {
        (int code, string output, string error) = await RunAsync(args);
        Assert.DoesNotContain("Spectre", error, StringComparison.Ordinal);
        Assert.True(code is ExitCode.Ok or ExitCode.Unavailable, error);
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task A_table_does()
    {
        (int code, _, string error) = await RunAsync("layout", "simulate");
        Assert.Equal(ExitCode.Internal, code);
        Assert.Contains("Spectre.Console", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(_folder, "terrace"), args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        Task<string> error = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, await output, await error);
    }
}
