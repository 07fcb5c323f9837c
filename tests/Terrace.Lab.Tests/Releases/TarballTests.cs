namespace Terrace.Lab.Tests;

/// <summary>The tarball's install and uninstall, below a root folder of their own: nothing of this host is touched.</summary>
public sealed class TarballTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-tarball-").FullName;

    private string Root => Path.Combine(_folder, "root");

    private string Config => Path.Combine(Root, "etc/terrace/terrace.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_it_installs_runs_and_names_its_own_folders_and_is_gone_when_it_is_uninstalled()
    {
        string unpacked = Unpack();
        string check = Release.Run(Path.Combine(unpacked, "terrace"), "config", "check", unpacked + "/etc/terrace/terrace.yaml");
        Assert.EndsWith(": good, 0 rules\n", check, StringComparison.Ordinal);

        string said = Release.Run(Path.Combine(unpacked, "install"), "--destdir", Root, "--prefix=/opt/terrace");
        Assert.Contains("/opt/terrace/bin/terrace is ", said, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+", Release.Run(Path.Combine(Root, "opt/terrace/bin/terrace"), "--version"));
        string[] unit = File.ReadAllLines(Path.Combine(Root, "opt/terrace/lib/systemd/system/terrace.service"));
        Assert.Contains("ExecStart=/opt/terrace/bin/terrace daemon", unit);
        Assert.Contains("ExecReload=/opt/terrace/bin/terrace reload", unit);
        Assert.Contains("ExecStartPre=+/opt/terrace/bin/terrace daemon --hand-over", unit);
        Assert.Contains("ExecPaths=-/opt/terrace/bin/terrace -/opt/terrace/lib/terrace -/usr/libexec/terrace", unit);

        // Every file of the tarball's usr/ is below the prefix.
        string[] below = Below(Path.Combine(unpacked, "usr"));
        Assert.NotEmpty(below);
        Assert.Empty(below.Except(Below(Path.Combine(Root, "opt/terrace"))));

        Release.Run(Path.Combine(Root, "opt/terrace/lib/terrace/uninstall"), "--destdir", Root);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void A_changed_configuration_survives_an_update_and_the_removal_and_an_unchanged_one_is_replaced()
    {
        string unpacked = Unpack();
        string install = Path.Combine(unpacked, "install");
        Release.Run(install, "--destdir", Root);
        string first = File.ReadAllText(Config);

        // A newer version, with another configuration, without a file and with a new one.
        File.AppendAllText(Path.Combine(unpacked, "etc/terrace/terrace.yaml"), "# newer\n");
        File.Delete(Path.Combine(unpacked, "usr/share/doc/terrace/README.md"));
        File.WriteAllText(Path.Combine(unpacked, "usr/share/doc/terrace/NEW"), "new\n");
        Release.Run(install, "--destdir", Root);
        Assert.Equal(first + "# newer\n", File.ReadAllText(Config));
        Assert.False(File.Exists(Path.Combine(Root, "usr/local/share/doc/terrace/README.md")));
        Assert.True(File.Exists(Path.Combine(Root, "usr/local/share/doc/terrace/NEW")));

        File.AppendAllText(Config, "# mine\n");
        Release.Run(install, "--destdir", Root);
        Assert.Equal(first + "# newer\n# mine\n", File.ReadAllText(Config));
        Assert.False(File.Exists(Config + ".new"));
        File.AppendAllText(Path.Combine(unpacked, "etc/terrace/terrace.yaml"), "# newest\n");
        Assert.Contains("/etc/terrace/terrace.yaml stays as it is", Release.Run(install, "--destdir", Root), StringComparison.Ordinal);
        Assert.Equal(first + "# newer\n# mine\n", File.ReadAllText(Config));
        Assert.Equal(first + "# newer\n# newest\n", File.ReadAllText(Config + ".new"));

        string uninstall = Path.Combine(Root, "usr/local/lib/terrace/uninstall");
        Assert.Contains("--purge deletes it", Release.Run(uninstall, "--destdir", Root), StringComparison.Ordinal);
        Assert.Equal(["etc/terrace/terrace.yaml"], Below(Root));

        Release.Run(install, "--destdir", Root);
        Release.Run(uninstall, "--purge", "--destdir", Root);
        Assert.Empty(Below(Root));
    }

    [Theory]
    [InlineData("install", "unknown option --frefix", 2, "--frefix", "/x")]
    [InlineData("install", "the prefix must be the path of a folder from / on, not 'opt'", 2, "--prefix", "opt")]
    [InlineData("install", "the prefix may have letters, digits and / . _ + - only, not '/opt/a b'", 2, "--prefix=/opt/a b")]
    [InlineData("install", "--prefix needs a folder", 2, "--prefix")]
    [InlineData("uninstall", "unknown option --frefix", 2, "--frefix")]
    [InlineData("uninstall", "installed is missing", 66, "--destdir", "/nonexistent")]
    public void What_is_wrong_with_a_call_is_said_in_one_line_and_nothing_is_done(
        string script, string problem, int exitCode, params string[] arguments)
    {
        (int code, string output, string errors) = Release.Try(Path.Combine(Unpack(), script), arguments);
        Assert.Equal((exitCode, ""), (code, output));
        Assert.StartsWith(script + ": ", errors, StringComparison.Ordinal);
        Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.Equal(errors.Length - 1, errors.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(Directory.Exists(Root));
    }

    private string Unpack()
    {
        Release.Run("tar", "-xzf", Release.Build("tar"), "-C", _folder);
        return Directory.EnumerateDirectories(_folder, "terrace-*").Single();
    }

    private static string[] Below(string folder) =>
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file))
                .Order(StringComparer.Ordinal),
        ];
}
