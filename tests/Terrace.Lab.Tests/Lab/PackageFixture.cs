using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Terrace.Lab.Tests;

/// <summary>The Debian package, built once and unpacked into a folder.</summary>
public sealed partial class PackageFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-package-").FullName;

    /// <summary>The package.</summary>
    public string File { get; private set; } = "";

    /// <summary>What it would put below /.</summary>
    public string Root => Path.Combine(_folder, "root");

    /// <summary>Its control files and scripts.</summary>
    public string Control => Path.Combine(_folder, "control");

    /// <summary>A file of it.</summary>
    public string PathOf(string path) => Path.Combine(Root, path);

    public async ValueTask InitializeAsync()
    {
        if (!System.IO.File.Exists("/usr/bin/dpkg-deb"))
        {
            Assert.Skip("dpkg-deb is not installed here");
        }

        string built = await RunAsync(Path.Combine(LabFixture.RepositoryRoot(), "build"), "--deb");
        File = Path.Combine(LabFixture.RepositoryRoot(), PackageName().Match(built).Value);
        await RunAsync("dpkg-deb", "-x", File, Root);
        await RunAsync("dpkg-deb", "-e", File, Control);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {await output}{await error}");
    }

    [GeneratedRegex(@"artifacts/terrace_\S+_amd64\.deb")]
    private static partial Regex PackageName();
}
