using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>What ./build makes for others to install, and what is needed to try it.</summary>
internal static partial class Release
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_built = [];

    /// <summary>Makes a release of one kind ("deb", "rpm", "tar", "image"), once for all tests; returns its path.</summary>
    public static string Build(string kind) => s_built.GetOrAdd(kind, static kind => new Lazy<string>(() => Make(kind))).Value;

    /// <summary>Runs a program of this host to its end and returns its standard output.</summary>
    public static string Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string errors) = Try(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {exitCode}: {output}{errors}");
        return output;
    }

    /// <summary>Runs a program of this host to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Try(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>
    /// A machine with Debian's packages, and the libraries that they need, below a folder; skips where there is no archive.
    /// </summary>
    public static async Task<LabMachine> BootWithPackagesAsync(LabSpec spec, string root, params string[] packages)
    {
        // Before the machine boots: the first time it may take minutes.
        List<string> folders = [];
        try
        {
            foreach (string package in packages)
            {
                folders.Add(await ProgramStore.GetAsync(package, _ => { }, TestContext.Current.CancellationToken));
            }
        }
        catch (LabException error) when (error.Message.Contains("cannot fetch", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
        }

        LabMachine machine = await LabFixture.BootWithTerraceAsync(spec);
        foreach (string folder in folders)
        {
            await machine.PutAsync(folder, root, TestContext.Current.CancellationToken);
        }

        return machine;
    }

    /// <summary>Runs a script in a machine, in which every line must succeed; returns its standard output.</summary>
    public static async Task<string> RunAsync(LabMachine machine, string script)
    {
        LabResult result = await machine.RunAsync(
            "set -eu\n" + script, TimeSpan.FromMinutes(10), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result.Stdout;
    }

    private static string Make(string kind)
    {
        string made = Run(Path.Combine(LabFixture.RepositoryRoot(), "build"), "--" + kind);
        return Path.Combine(LabFixture.RepositoryRoot(), Made().Matches(made)[^1].Value);
    }

    [GeneratedRegex(@"artifacts/\S+(?=: )")]
    private static partial Regex Made();
}
