using System.CommandLine;
using System.Globalization;
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
    [InlineData("ExecStartPre", "daemon")]
    [InlineData("ExecReload", "reload")]
    public void It_runs_command_lines_that_the_program_knows(string setting, string command)
    {
        string[] words = _unit.Words(setting);

        // systemd.service(5): + is with all rights.
        words[0] = words[0].TrimStart('+');
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
    [InlineData("PrivateDevices")]
    [InlineData("PrivateUsers")]
    [InlineData("ProcSubset")]
    [InlineData("RootDirectory")]
    [InlineData("User")]
    public void It_has_no_setting_under_which_the_daemon_cannot_work(string setting)
    {
        Assert.False(_unit.Has(setting));
        Assert.Contains($"`{setting}=`", ServicePage(), StringComparison.Ordinal);
    }

    /// <summary>
    /// What systemd-analyze thinks of it, and that each line that it is not content with has a reason; a line that the unit loses makes the
    /// figure rise.
    /// </summary>
    [Fact]
    public void Its_exposure_is_the_documented_one_and_each_remaining_line_of_systemds_review_has_its_reason()
    {
        const string Figures = "252";
        HostProgram version = HostProgram.Run("systemd-analyze", "--version");
        if (!version.Out.StartsWith($"systemd {Figures} ", StringComparison.Ordinal))
        {
            Assert.Skip($"the figures are those of systemd {Figures}; here is {version.Out.Split('\n')[0]}");
        }

        HostProgram review = HostProgram.Run("systemd-analyze", "security", "--offline=true", "--no-pager", ServiceUnit.FilePath);
        string[] lines = review.Out.Split('\n');
        double exposure = double.Parse(
            lines.Single(line => line.StartsWith('→')).Split(": ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(exposure, 0, 2.0);

        // In a table of Markdown | is written \|.
        string page = ServicePage().Replace("\\|", "|", StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"gives it {exposure:0.0} (systemd"), page, StringComparison.Ordinal);
        string[] remaining =
        [
            .. lines.Where(line => line.StartsWith('✗')).Select(line => line[1..].Trim().Split("  ")[0]),
        ];
        Assert.NotEmpty(remaining);
        Assert.All(remaining, line => Assert.Contains($"| `{line}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void It_lets_nothing_be_run_but_the_program_and_libraries()
    {
        Assert.Equal("/", _unit["NoExecPaths"]);
        Assert.All(
            _unit.AllWords("ExecPaths"),
            path => Assert.Matches("^-(/usr/bin/terrace|/usr/lib(exec)?/terrace|(/usr)?/lib64|(/usr)?/lib/x86_64-linux-gnu)$", path));
    }

    [Fact]
    public void Every_capability_is_explained_in_the_documentation()
    {
        string page = ServicePage();
        Assert.All(
            _unit.Words("CapabilityBoundingSet"), capability => Assert.Contains($"| `{capability}` |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("host-kernel.conf")]
    [InlineData("network.conf")]
    public void A_drop_in_has_the_line_that_the_daemon_names_and_the_documentation_has_all_of_them(string name)
    {
        ServiceDropIn dropIn = name == "network.conf" ? ServiceDropIn.Network : ServiceDropIn.HostKernel;
        string[] lines = [.. File.ReadLines(RepositoryFiles.PathOf("packaging/" + name)).Where(line => !line.StartsWith('#'))];
        Assert.Equal("[Service]", lines[0]);
        Assert.Contains(dropIn.Gist, lines);
        string page = ServicePage();
        Assert.All(lines[1..], line => Assert.Contains(line, page, StringComparison.Ordinal));
        Assert.Contains(dropIn.Command, page.Replace("\\\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_AppArmor_profile_allows_the_capabilities_of_the_unit_and_of_its_drop_in_and_no_others()
    {
        string profile = File.ReadAllText(RepositoryFiles.PathOf("packaging/apparmor/terrace-daemon"));
        string[] given =
        [
            .. profile.Split('\n')
                .Select(line => line.Trim())
                .Where(line => line.StartsWith("capability ", StringComparison.Ordinal))
                .Select(line => "CAP_" + line["capability ".Length..].TrimEnd(',').ToUpperInvariant()),
        ];
        string[] unit = [.. _unit.Words("CapabilityBoundingSet"), "CAP_SYS_ADMIN"];
        Assert.Equal(unit.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
        Assert.Contains("profile terrace-daemon ", profile, StringComparison.Ordinal);
        Assert.Contains(
            "AppArmorProfile=terrace-daemon", File.ReadAllLines(RepositoryFiles.PathOf("packaging/apparmor/apparmor.conf")));
    }

    [Fact]
    public void AppArmor_understands_its_profile()
    {
        HostProgram parsed = HostProgram.Run(
            "apparmor_parser", "--skip-kernel-load", "--skip-cache", RepositoryFiles.PathOf("packaging/apparmor/terrace-daemon"));
        Assert.True(parsed.ExitCode == 0, parsed.Error);
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
            foreach (string dropIn in new[] { "host-kernel.conf", "network.conf" })
            {
                File.Copy(RepositoryFiles.PathOf("packaging/" + dropIn), $"{copy}.d/{dropIn}");
            }

            HostProgram verify = HostProgram.Run("systemd-analyze", "verify", "--man=no", copy);
            Assert.True(verify is { ExitCode: 0, Error: "" }, verify.Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string ServicePage() => File.ReadAllText(RepositoryFiles.PathOf("docs/service.md"));
}
