namespace Terrace.Lab.Tests;

/// <summary>Repositories of the packages, with a key that is made for the test and thrown away. Needs no virtual machine.</summary>
[Trait("Category", "Long")]
public sealed class RepositoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-repository-").FullName;

    private string Repository => Path.Combine(_folder, "repository");

    public void Dispose()
    {
        Release.Try("gpgconf", "--homedir", Path.Combine(_folder, "gnupg"), "--kill", "gpg-agent");
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Apt_accepts_the_signed_archive_and_refuses_one_that_somebody_changed_or_nobody_signed()
    {
        Prepare();
        string key = MakeKey();
        Make("--key", key);
        (int code, string output, string errors) = Update();
        Assert.True(code == 0, output + errors);
        string offered = Release.Run("sh", "-c", $"{Apt()} download --print-uris terrace");
        string deb = Directory.EnumerateFiles(Path.Combine(Repository, "deb/pool")).Single();
        Assert.Contains($"file:{deb}'", offered, StringComparison.Ordinal);
        Assert.Contains("SHA256:" + Release.Run("sha256sum", deb).Split(' ')[0], offered, StringComparison.Ordinal);

        // The public half of the key is all that it has of it.
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(Path.Combine(Repository, "terrace.asc")), StringComparison.Ordinal);

        string packages = Path.Combine(Repository, "deb/dists/stable/main/binary-amd64/Packages");
        string list = File.ReadAllText(packages);
        File.WriteAllText(packages, list.Replace("Priority: optional", "Priority: required", StringComparison.Ordinal));
        File.Delete(packages + ".gz");
        Assert.NotEqual(0, Update().ExitCode);

        string signed = Path.Combine(Repository, "deb/dists/stable/InRelease");
        Make("--key", key);
        Assert.Equal(0, Update().ExitCode);
        File.WriteAllText(signed, File.ReadAllText(signed).Replace("Label: Terrace", "Label: Terrible", StringComparison.Ordinal));
        Assert.NotEqual(0, Update().ExitCode);

        Make();
        Assert.False(File.Exists(signed));
        Assert.NotEqual(0, Update().ExitCode);
    }

    [Fact]
    public void The_same_packages_make_the_same_lists()
    {
        Prepare();
        Make();
        string before = Sums();
        Make();
        Assert.Equal(before, Sums());
    }

    [Fact]
    public void A_key_that_gpg_does_not_have_is_refused_and_what_was_made_before_stays()
    {
        Prepare();
        Make();
        string before = Sums();
        (int code, string _, string errors) = Release.Try("sh", "-c", Script("--key nobody@example.invalid"));
        Assert.Equal(66, code);
        Assert.StartsWith("make-repository: gpg has no secret key nobody@example.invalid", errors, StringComparison.Ordinal);
        Assert.Equal(before, Sums());
    }

    private void Prepare()
    {
        if (!File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/gpg"))
        {
            Assert.Skip("apt-get or gpg is not installed here");
        }

        Release.Build("deb");
        Directory.CreateDirectory(
            Path.Combine(_folder, "gnupg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in new[] { "etc/apt/preferences.d", "etc/apt/apt.conf.d", "lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        }

        File.WriteAllText(Path.Combine(_folder, "status"), "");
        File.WriteAllText(
            Path.Combine(_folder, "etc/apt/sources.list"),
            $"deb [signed-by={Repository}/terrace.asc] file:{Repository}/deb stable main\n");
    }

    private string MakeKey()
    {
        const string Address = "thrown-away@example.invalid";
        Release.Run(
            "sh",
            "-c",
            $"GNUPGHOME={_folder}/gnupg gpg --batch --quiet --passphrase '' --quick-gen-key '<{Address}>' default default never");
        return Address;
    }

    private void Make(params string[] arguments) => Release.Run("sh", "-c", Script(string.Join(' ', arguments)));

    private string Script(string arguments) =>
        $"GNUPGHOME={_folder}/gnupg {LabFixture.RepositoryRoot()}/packaging/make-repository --output {Repository} {arguments}";

    private string Sums() =>
        Release.Run("sh", "-c", $"cd {Repository} && find . -type f | LC_ALL=C sort | xargs sha256sum");

    /// <summary>From nothing: apt keeps what it knows of an archive that it could not read.</summary>
    private (int ExitCode, string Output, string Errors) Update()
    {
        Directory.Delete(Path.Combine(_folder, "lists"), recursive: true);
        Directory.CreateDirectory(Path.Combine(_folder, "lists/partial"));
        return Release.Try("sh", "-c", $"{Apt()} -o APT::Update::Error-Mode=any update");
    }

    /// <summary>With folders of its own, and as this user: as root it reads as another one, who may not look into this folder.</summary>
    private string Apt() =>
        $"apt-get -q -o Dir::Etc={_folder}/etc/apt -o Dir::State::lists={_folder}/lists -o Dir::State::status={_folder}/status "
            + $"-o Dir::Cache={_folder}/cache -o APT::Sandbox::User= -o APT::Architecture=amd64";
}
