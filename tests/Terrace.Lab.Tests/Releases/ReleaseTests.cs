using System.Security.Cryptography;

namespace Terrace.Lab.Tests;

/// <summary>What the kinds of release have in common. Needs no virtual machine.</summary>
[Trait("Category", "Long")]
public sealed class ReleaseTests
{
    /// <summary>What Debian's rules ask for, and what is for AppArmor, which Debian has.</summary>
    private static readonly string[] s_ofDebian =
    [
        "etc/apparmor.d/terrace-daemon",
        "usr/share/doc/terrace/changelog.gz",
        "usr/share/lintian/overrides/terrace",
        "usr/share/terrace/apparmor.conf",
    ];

    [Fact]
    public void Every_kind_that_is_installed_on_a_host_has_the_same_files()
    {
        RequireDebian();
        string[] deb = Files(Release.Run("sh", "-c", $"dpkg-deb --fsys-tarfile {Release.Build("deb")} | tar -tf -"));
        Assert.Subset(deb.ToHashSet(), s_ofDebian.ToHashSet());
        string[] expected = [.. deb.Except(s_ofDebian)];

        // Without the folders, and without the link that is made when it is installed.
        const string Modes = "[%{FILEMODES:perms} %{FILENAMES}\\n]";

        // rpm makes a database even for a question about a file, wherever it is told that one is.
        string[] rpm = Files(
            Release.Run(
                "sh",
                "-c",
                $"d=$(mktemp -d) && rpm --dbpath $d -qp --qf '{Modes}' {Release.Build("rpm")} | sed -n 's|^-[^ ]* /||p'; rm -rf $d"));
        Assert.Equal(expected, rpm);

        string[] ofTheTarball = ["README", "LICENSE", "install", "uninstall", "terrace"];
        string[] tar = Files(Release.Run("sh", "-c", $"tar -tzf {Release.Build("tar")} | sed 's|^[^/]*/||'"));
        Assert.Equal(expected, tar.Except(ofTheTarball));
    }

    [Theory]
    [InlineData("deb")]
    [InlineData("rpm")]
    [InlineData("tar")]
    [InlineData("image")]
    public void The_same_programs_make_the_same_bytes_at_another_time_and_with_other_settings_of_the_shell(string kind)
    {
        RequireDebian();
        string file = Release.Build(kind);
        string before = Sum(file);
        Release.Run(
            "env", "TZ=Asia/Tokyo", "LC_ALL=C.UTF-8", "sh", "-c", $"umask 077; exec {LabFixture.RepositoryRoot()}/packaging/make-{kind}");
        Assert.Equal(before, Sum(file));

        // Times are the commit's: with another one the bytes are others.
        Release.Run("env", "SOURCE_DATE_EPOCH=1000000000", $"{LabFixture.RepositoryRoot()}/packaging/make-{kind}");
        string other = Sum(file);
        Release.Run($"{LabFixture.RepositoryRoot()}/packaging/make-{kind}");
        Assert.NotEqual(before, other);
        Assert.Equal(before, Sum(file));
    }

    [Fact]
    public void A_release_is_all_four_kinds_and_their_sums()
    {
        RequireDebian();
        Release.Run(Path.Combine(LabFixture.RepositoryRoot(), "build"), "--release");
        string artifacts = Path.Combine(LabFixture.RepositoryRoot(), "artifacts");
        string check = Release.Run("sh", "-c", $"cd {artifacts} && sha256sum -c SHA256SUMS");
        Assert.Matches(
            @"^terrace_\S+_amd64\.deb: OK\nterrace-\S+\.x86_64\.rpm: OK\n"
                + @"terrace-\S+-linux-x86_64\.tar\.gz: OK\nterrace-\S+-image-x86_64\.tar\.gz: OK\n$",
            check);
    }

    private static void RequireDebian()
    {
        if (!File.Exists("/usr/bin/dpkg-deb") || !File.Exists("/usr/bin/apt-get"))
        {
            Assert.Skip("dpkg-deb or apt-get is not installed here");
        }
    }

    /// <summary>Files, not folders, by the paths that the Debian package has.</summary>
    private static string[] Files(string list) =>
        [
            .. list.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line)
                .Where(line => line.Length > 0 && !line.EndsWith('/'))
                .Select(line => line.Replace("usr/libexec/", "usr/lib/", StringComparison.Ordinal))
                .Select(line => line.Replace("zsh/site-functions/", "zsh/vendor-completions/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static string Sum(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
