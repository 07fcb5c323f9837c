using System.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Cli.Tiers;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Kernel;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Tests.Packaging;

public sealed class ServiceUnitTests
{
    private readonly ServiceUnit _unit = new();

    [Theory]
    [InlineData("ExecStart", "daemon")]
    [InlineData("ExecReload", "reload")]
    public void It_runs_command_lines_that_the_program_knows(string setting, string command)
    {
        string[] words = _unit.Words(setting);
        Assert.Equal("/usr/bin/terrace", words[0]);
        ParseResult parsed = TerraceCommands.Create(new CliConsole(TextWriter.Null, TextWriter.Null)).Parse(words[1..]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(command, parsed.CommandResult.Command.Name);
    }

    [Fact]
    public void Its_folders_are_those_that_the_program_uses()
    {
        Assert.Equal(DaemonSettings.StandardRunFolder, "/run/" + _unit["RuntimeDirectory"]);
        Assert.Equal(DaemonSettings.StandardStateFolder, "/var/lib/" + _unit["StateDirectory"]);

        // Nothing else is writable, and ProtectHome hides homes.
        Assert.Equal("strict", _unit["ProtectSystem"]);
        Assert.StartsWith("/etc/", ConfigurationFile.StandardPath, StringComparison.Ordinal);

        // What other commands keep in the run folder must outlast the daemon.
        Assert.Equal("yes", _unit["RuntimeDirectoryPreserve"]);
        Assert.StartsWith(DaemonSettings.StandardRunFolder + "/", KernelChanges.StandardPath, StringComparison.Ordinal);
        Assert.StartsWith(DaemonSettings.StandardRunFolder + "/", new IsolationStore().FilePath, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_not_restarted_when_a_person_must_act_first() =>
        Assert.Equal(
            [$"{ExitCode.Usage}", $"{ExitCode.NotPermitted}", $"{ExitCode.BadConfiguration}"], _unit.Words("RestartPreventExitStatus"));

    /// <summary>Each of these takes away what the daemon needs, as the unit's comments say; systemd.exec(5).</summary>
    [Theory]
    [InlineData("MemoryDenyWriteExecute")]
    [InlineData("ProtectKernelTunables")]
    [InlineData("ProtectKernelLogs")]
    [InlineData("PrivateDevices")]
    [InlineData("PrivateNetwork")]
    [InlineData("PrivateUsers")]
    [InlineData("ProtectProc")]
    [InlineData("ProcSubset")]
    public void It_has_no_setting_under_which_the_daemon_cannot_work(string setting) => Assert.False(_unit.Has(setting));

    [Fact]
    public void Every_capability_is_explained_in_the_documentation()
    {
        string page = File.ReadAllText(RepositoryFiles.PathOf("docs/service.md"));
        Assert.All(
            _unit.Words("CapabilityBoundingSet"), capability => Assert.Contains($"| `{capability}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_drop_in_for_the_kernels_own_tiering_has_the_line_that_the_daemon_names()
    {
        string[] lines = [.. File.ReadLines(RepositoryFiles.PathOf("packaging/host-kernel.conf")).Where(line => !line.StartsWith('#'))];
        Assert.Equal(["[Service]", ServiceDropIn.Line], lines);
        Assert.Contains(ServiceDropIn.Line, File.ReadAllText(RepositoryFiles.PathOf("docs/service.md")), StringComparison.Ordinal);
        Assert.Contains(
            ServiceDropIn.Command,
            File.ReadAllText(RepositoryFiles.PathOf("docs/service.md")).Replace("\\\n", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Systemd_accepts_it()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-unit-").FullName;
        try
        {
            // The program need not be installed here.
            string copy = Path.Combine(folder, "terrace.service");
            File.WriteAllText(
                copy,
                File.ReadAllText(ServiceUnit.FilePath)
                    .Replace("/usr/bin/terrace", Path.Combine(AppContext.BaseDirectory, "terrace"), StringComparison.Ordinal));
            Directory.CreateDirectory(copy + ".d");
            File.Copy(RepositoryFiles.PathOf("packaging/host-kernel.conf"), copy + ".d/host-kernel.conf");
            HostProgram verify = HostProgram.Run("systemd-analyze", "verify", "--man=no", copy);
            Assert.True(verify is { ExitCode: 0, Error: "" }, verify.Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
