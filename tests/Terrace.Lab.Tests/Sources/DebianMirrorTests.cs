using Terrace.Lab.Sources;

namespace Terrace.Lab.Tests.Sources;

public sealed class DebianMirrorTests
{
    private static readonly string[] s_wanted =
        ["bookworm", "bookworm-security", "bookworm-backports", "trixie", "trixie-security", "trixie-backports"];
    private static readonly MirrorSettings s_none = new(null, null);

    [Fact]
    public void Suites_that_are_not_listed_come_from_the_same_mirror()
    {
        var choice = Choose(SourcesText.Captured("container.sources"));

        Assert.Equal(
            [
                "http://mirror.example/debian bookworm", "http://mirror.example/debian-security bookworm-security",
                    "http://mirror.example/debian bookworm-backports",
                "http://mirror.example/debian trixie", "http://mirror.example/debian-security trixie-security",
                    "http://mirror.example/debian trixie-backports",
            ],
            Told(choice));
        Assert.All(choice.Sources, source => Assert.Equal([MirrorSettings.DebianKeyring], source.Keys));
        Assert.Equal("container.sources:1", choice.Main.Where);
        Assert.Empty(choice.Skipped);
    }

    [Fact]
    public void Mirrors_by_a_list_in_a_file_are_used_as_they_are() =>
        Assert.Equal(
            [
                "mirror+file:///etc/apt/mirrors/debian.list bookworm",
                    "mirror+file:///etc/apt/mirrors/debian-security.list bookworm-security",
                "mirror+file:///etc/apt/mirrors/debian.list bookworm-backports", "mirror+file:///etc/apt/mirrors/debian.list trixie",
                "mirror+file:///etc/apt/mirrors/debian-security.list trixie-security",
                    "mirror+file:///etc/apt/mirrors/debian.list trixie-backports",
            ],
            Told(Choose(SourcesText.Captured("cloud.sources"))));

    [Fact]
    public void An_installation_disc_is_skipped_and_that_is_said()
    {
        var choice = Choose(SourcesText.Captured("installed.list"));

        Assert.Equal("http://mirror.example/debian/ bookworm", Told(choice)[0]);
        Assert.Equal("http://safe.example/debian-security trixie-security", Told(choice)[4]);
        Assert.Equal("installed.list:3: a disc does not have all suites", Assert.Single(choice.Skipped));
    }

    [Fact]
    public void Archives_of_others_in_suites_called_as_Debians_are_not_taken_for_it()
    {
        var choice = Choose(SourcesText.Captured("others.list"), SourcesText.Captured("container.sources"));

        Assert.All(choice.Sources, source => Assert.StartsWith("http://mirror.example/debian", source.Uri, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deb http://m.example/artifactory/remote-deb bookworm main", "http://m.example/artifactory/remote-deb")]
    [InlineData(
        "deb [arch=arm64] http://arm.example/debian bookworm main\ndeb http://m.example/debian bookworm main",
        "http://m.example/debian")]
    [InlineData("deb file:/srv/debian bookworm main\ndeb http://m.example/debian bookworm main", "http://m.example/debian")]
    [InlineData("deb file:/srv/debian bookworm main", "file:/srv/debian")]
    [InlineData("deb http://m.example/debian stable main", "http://m.example/debian")]
    [InlineData("deb http://m.example/debian stable contrib\ndeb http://n.example/debian sid main", "http://n.example/debian")]
    public void The_likeliest_archive_is_Debians(string lines, string main) =>
        Assert.Equal(main, Choose(SourcesFile.Parse(lines, "x.list")).Main.Uri);

    [Fact]
    public void Where_no_security_archive_can_be_had_its_suites_are_left_out() =>
        Assert.Equal(
            ["bookworm", "bookworm-backports", "trixie", "trixie-backports"],
            Choose(SourcesFile.Parse("deb http://m.example/remote-deb bookworm main", "x.list")).Sources.Select(source => source.Suite));

    [Fact]
    public void A_listed_suite_keeps_its_keys_and_others_may_be_signed_by_Debian_too()
    {
        const string Line = "deb [signed-by=/own.gpg check-valid-until=no] http://m.example/debian bookworm main contrib";
        var sources = Choose(SourcesFile.Parse(Line, "x.list")).Sources;

        Assert.Equal(["/own.gpg"], sources[0].Keys);
        Assert.All(sources.Skip(1), source => Assert.Equal(["/own.gpg", MirrorSettings.DebianKeyring], source.Keys));
        Assert.All(sources, source => Assert.Equal("main no",
            $"{string.Join(' ', source.Components)} {source.Options["Check-Valid-Until"]}"));
    }

    [Fact]
    public void Without_any_key_the_missing_keyring_is_named()
    {
        var file = SourcesFile.Parse("deb http://m.example/debian bookworm main", "x.list");
        var choice = DebianMirror.Choose(SourcesText.Machine(SourcesText.Debian, file), s_none, s_wanted, hasDebianKeyring: false);

        Assert.Contains(MirrorSettings.DebianKeyring + " is missing", choice.Problem, StringComparison.Ordinal);
        Assert.Contains("debian-archive-keyring", choice.Fix, StringComparison.Ordinal);
        var trusted = SourcesFile.Parse("deb [trusted=yes] http://m.example/debian bookworm main", "x.list");
        Assert.Null(DebianMirror.Choose(SourcesText.Machine(SourcesText.Debian, trusted), s_none, s_wanted,
            hasDebianKeyring: false).Problem);
    }

    [Fact]
    public void A_mirror_and_keyring_that_the_user_names_come_before_all()
    {
        var machine = SourcesText.Machine(new OsRelease("ubuntu", "Ubuntu 24.04 LTS"), SourcesText.Captured("ubuntu.sources"));
        var choice = DebianMirror.Choose(machine, new MirrorSettings("http://own.example/debian", "/own.gpg"), s_wanted,
            hasDebianKeyring: true);

        Assert.Equal("http://own.example/debian bookworm", Told(choice)[0]);
        Assert.Equal("http://own.example/debian-security bookworm-security", Told(choice)[1]);
        Assert.All(choice.Sources, source => Assert.Equal(["/own.gpg"], source.Keys));
        Assert.Equal(MirrorSettings.MirrorVariable, choice.Main.Where);
    }

    [Fact]
    public void A_machine_that_is_not_Debian_is_told_what_to_do()
    {
        var choice = DebianMirror.Choose(
            SourcesText.Machine(new OsRelease("ubuntu", "Ubuntu 24.04 LTS"), SourcesText.Captured("ubuntu.sources")), s_none, s_wanted,
                hasDebianKeyring: true);

        Assert.Equal("this machine is Ubuntu 24.04 LTS, and its package sources have no Debian suites", choice.Problem);
        Assert.Contains(MirrorSettings.MirrorVariable + "=http://HOST/debian", choice.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Relatives_suites_called_stable_are_not_Debians() =>
        Assert.NotNull(DebianMirror.Choose(
            SourcesText.Machine(new OsRelease("devuan", "Devuan GNU/Linux 5"),
                SourcesFile.Parse("deb http://m.example/merged stable main", "x.list")), s_none, s_wanted, true).Problem);

    [Fact]
    public void Where_there_is_none_the_entry_that_was_skipped_is_named() =>
        Assert.Contains(
            "x.list:1: suite: is missing",
            Choose(SourcesFile.Parse("deb http://m.example/debian", "x.list")).Problem,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("m.example/debian", null)]
    [InlineData("http://m.example/a b", null)]
    [InlineData(null, "/no/such/keyring.gpg")]
    [InlineData(null, "keyring.gpg")]
    public void A_setting_that_cannot_be_right_is_refused(string? mirror, string? keyring)
    {
        var error = Assert.Throws<LabException>(() => MirrorSettings.Of(mirror, keyring));

        Assert.Equal(LabExitCode.Usage, error.ExitCode);
        Assert.StartsWith(mirror is null ? MirrorSettings.KeyringVariable : MirrorSettings.MirrorVariable, error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_system_is_read_from_its_release_file()
    {
        Assert.Equal(new OsRelease("ubuntu", "Ubuntu 24.04.2 LTS"),
            OsRelease.Parse("# c\nPRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\nNAME='Ubuntu'\nID=ubuntu\nID_LIKE=debian\nbroken\n"));
        Assert.Equal(new OsRelease("linux", "linux"), OsRelease.Parse(""));
    }

    [Theory]
    [InlineData("debian.sources", true)]
    [InlineData("a-b_c.1.list", true)]
    [InlineData("debian.sources.dpkg-old", false)]
    [InlineData("my list.list", false)]
    [InlineData(".list", false)]
    [InlineData("README", false)]
    public void Files_that_apt_does_not_read_are_not_read(string name, bool read) => Assert.Equal(read, MachineSources.IsSourcesName(name));

    [Fact]
    public void Folders_are_those_that_apt_names()
    {
        var paths = AptPaths.Parse("ROOT='/srv/it'\\''s/'\nLIST='/srv/sources.list'\nnonsense\nSETTINGS=''\n");

        Assert.Equal(("/srv/it's/", "/srv/sources.list", "/etc/apt/sources.list.d/", "/etc/apt/apt.conf"), (paths.Root, paths.List,
            paths.Lists, paths.Settings));
    }

    private static MirrorChoice Choose(params SourcesFile[] files) =>
        DebianMirror.Choose(SourcesText.Machine(SourcesText.Debian, files), s_none, s_wanted, hasDebianKeyring: true);

    private static string[] Told(MirrorChoice choice) => [.. choice.Sources.Select(source => $"{source.Uri} {source.Suite}")];
}
