using System.Text.RegularExpressions;

namespace Terrace.Lab.Tests;

/// <summary>
/// The Debian package that ./build --deb makes: what is in it, and what installing, updating and removing it does. Needs no
/// virtual machine.
/// </summary>
public sealed partial class PackageTests(PackageFixture package) : IClassFixture<PackageFixture>
{
    private const string Native = "usr/lib/terrace/terrace";
    private const string Portable = "usr/lib/terrace/terrace-portable";

    [Fact]
    public void It_has_these_files_with_these_modes_and_nothing_else()
    {
        string[] files =
        [
            .. Run("dpkg-deb", "-c", package.File).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words[0][0] != 'd')
                .Select(words => $"{words[0]} {words[1]} {words[^1]}"),
        ];
        Assert.Equal(
            [
                "-rw-r--r-- root/root ./etc/apparmor.d/terrace-daemon",
                "-rw-r--r-- root/root ./etc/terrace/terrace.yaml",
                "-rw-r--r-- root/root ./usr/lib/systemd/system/terrace.service",
                "-rw-r--r-- root/root ./usr/lib/sysusers.d/terrace.conf",
                "-rw-r--r-- root/root ./usr/share/bash-completion/completions/terrace",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/CHANGELOG.md",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/CONTRIBUTING.md",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/README.md",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/benchmarks/history.csv",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/changelog.gz",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/copyright",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/fuzzing/history.csv",
                "-rw-r--r-- root/root ./usr/share/doc/terrace/terrace.cdx.json",
                "-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/terrace.fish",
                "-rw-r--r-- root/root ./usr/share/lintian/overrides/terrace",
                "-rw-r--r-- root/root ./usr/share/man/man1/terrace.1.gz",
                "-rw-r--r-- root/root ./usr/share/man/man5/terrace.yaml.5.gz",
                "-rw-r--r-- root/root ./usr/share/terrace/apparmor.conf",
                "-rw-r--r-- root/root ./usr/share/terrace/host-kernel.conf",
                "-rw-r--r-- root/root ./usr/share/terrace/network.conf",
                "-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_terrace",
                "-rwxr-xr-x root/root ./usr/lib/terrace/terrace",
                "-rwxr-xr-x root/root ./usr/lib/terrace/terrace-portable",
            ],
            files.Where(file => !file.Contains("/doc/terrace/docs/", StringComparison.Ordinal)
                && !file.Contains("/doc/terrace/dashboards/", StringComparison.Ordinal)
                && !file.Contains("/doc/terrace/packaging/kubernetes/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        Assert.All(
            Run("dpkg-deb", "-c", package.File).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] == 'd'),
            line => Assert.StartsWith("drwxr-xr-x root/root", line, StringComparison.Ordinal));
    }

    /// <summary>What a message calls docs/layout.md is there to be read, and so is all that one page says another has.</summary>
    [Fact]
    public void It_has_the_documents_of_the_repository_and_every_link_in_them_leads_to_a_file_of_it()
    {
        string documents = package.PathOf("usr/share/doc/terrace");
        string repository = LabFixture.RepositoryRoot();
        string[] files =
        [
            .. new[] { "docs", "dashboards", "packaging" }
                .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(documents, folder), "*", SearchOption.AllDirectories)),
        ];
        Assert.All(
            files,
            file => Assert.Equal(
                File.ReadAllBytes(Path.Combine(repository, Path.GetRelativePath(documents, file))), File.ReadAllBytes(file)));
        Assert.Contains(Path.Combine(documents, "docs/layout.md"), files);
        Assert.Contains(Path.Combine(documents, "dashboards/terrace.json"), files);

        // CONTRIBUTING.md is for those who have the repository.
        string[] pages = [Path.Combine(documents, "README.md"), .. files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))];
        string[] broken =
        [
            .. from page in pages
               from Match link in Link().Matches(File.ReadAllText(page))
               let target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value))
               where !Path.Exists(target)
               select $"{Path.GetRelativePath(documents, page)}: {link.Groups[1].Value}",
        ];
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("terrace")]
    [InlineData("terrace-portable")]
    public void The_programs_in_it_run_and_are_of_the_packages_version(string program)
    {
        // The number; a commit may follow it.
        string version = Run(package.PathOf("usr/lib/terrace/" + program), "--version").Split(' ', '+', '\n')[0];
        Assert.Equal(version.Replace('-', '~'), Run("dpkg-deb", "-f", package.File, "Version").Trim());
        Assert.StartsWith(
            $".TH TERRACE 1 \"\" \"terrace {version}",
            Run("gzip", "-dc", package.PathOf("usr/share/man/man1/terrace.1.gz")).Replace("\\-", "-", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Run("sh", "-c", $"cd {package.Root} && md5sum --quiet -c {package.Control}/md5sums");
    }

    [Fact]
    public void Installing_it_changes_nothing_because_no_rule_takes_a_process()
    {
        string configuration = package.PathOf("etc/terrace/terrace.yaml");
        Assert.EndsWith("good, 0 rules\n", Run(package.PathOf(Native), "config", "check", configuration), StringComparison.Ordinal);
        Assert.Equal(
            ["/etc/terrace/terrace.yaml", "/etc/apparmor.d/terrace-daemon"], File.ReadAllLines(Path.Combine(package.Control, "conffiles")));

        // What is commented out becomes the rules of the example when the marks go.
        string program = package.PathOf(Native);
        string example = Path.Combine(package.Control, "example.yaml");
        File.WriteAllText(example, Run(program, "config", "example"));
        string uncommented = Path.Combine(package.Control, "uncommented.yaml");
        File.WriteAllText(uncommented, CommentMark().Replace(File.ReadAllText(configuration), "$1"));
        Assert.Equal(Judgement(example), Judgement(uncommented));

        // Warnings are of what is on this host at the moment.
        string Judgement(string file) => Run(program, "config", "check", file).Split(": ")[1].Split(" rules")[0];
    }

    [Theory]
    [InlineData(Native)]
    [InlineData(Portable)]
    public void It_depends_on_the_packages_of_all_libraries_that_a_program_loads(string file)
    {
        string program = package.PathOf(file);
        string depends = Run("dpkg-deb", "-f", package.File, "Depends");
        foreach (Match library in LddPath().Matches(Run("ldd", program)))
        {
            // Packages from before the merge of /lib and /usr/lib name either path (https://wiki.debian.org/UsrMerge).
            string name = Path.GetFileName(library.Groups[1].Value);
            string owners = Run("sh", "-c", $"dpkg -S '*/{name}' | cut -d: -f1 | sort -u");
            Assert.True(
                owners.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Any(owner => Regex.IsMatch(depends, $@"(^|[,|] *){Regex.Escape(owner)}\b")),
                $"{name} is of {owners.Trim()}; depends: {depends}");
        }
    }

    [Fact]
    public void The_portable_program_starts_with_the_oldest_C_library_that_it_installs_with_and_the_other_is_offered_only_where_it_starts()
    {
        Version installs = Version.Parse(
            Regex.Match(Run("dpkg-deb", "-f", package.File, "Depends"), @"libc6 \(>= ([\d.]+)\)").Groups[1].Value);
        Version offered = Version.Parse(
            "2." + Regex.Match(File.ReadAllText(Path.Combine(package.Control, "postinst")), @" -ge (\d+) \]").Groups[1].Value);
        Assert.Equal(installs, NewestGlibc(package.PathOf(Portable)));
        Assert.Equal(offered, NewestGlibc(package.PathOf(Native)));
        Assert.True(offered > installs);

        static Version NewestGlibc(string program) =>
            GlibcVersion()
                .Matches(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(program)))
                .Select(match => Version.Parse(match.Groups[1].Value))
                .Max()!;
    }

    /// <summary>With dpkg itself, on a root folder of its own; what its scripts call is written down and not done.</summary>
    [Fact]
    public void Dpkg_installs_updates_removes_and_purges_it_and_nothing_is_started_before_somebody_says_so()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("dpkg unpacks as root only");
        }

        string host = Directory.CreateTempSubdirectory("terrace-host-").FullName;
        try
        {
            string calls = Path.Combine(host, "calls");
            string configuration = Path.Combine(host, "etc/terrace/terrace.yaml");
            string state = Path.Combine(host, "var/lib/terrace");
            MakeHost(host, calls);

            Dpkg(host, "-i", package.File);
            Assert.Equal(
                [
                    $"systemd-sysusers --root={host} terrace.conf",
                    "deb-systemd-helper debian-installed terrace.service",
                    "deb-systemd-helper unmask terrace.service",
                    "deb-systemd-helper --quiet was-enabled terrace.service",
                    "deb-systemd-helper update-state terrace.service",
                    "systemctl --system daemon-reload",
                ],
                TakeCalls(calls));
            Assert.Equal("/usr/lib/terrace/terrace", Chosen(host));

            File.AppendAllText(configuration, "# mine\n");
            Dpkg(host, "-i", package.File);
            Assert.Contains("deb-systemd-invoke try-restart terrace.service", TakeCalls(calls));
            Assert.EndsWith("# mine\n", File.ReadAllText(configuration), StringComparison.Ordinal);

            // Where systemd-sysusers cannot make the group.
            WriteScript(Path.Combine(host, "stubs/systemd-sysusers"), "exit 1");
            Dpkg(host, "-i", package.File);
            Assert.Contains("groupadd --system terrace", TakeCalls(calls));

            // With an older C library, and a newer one again.
            WriteScript(Path.Combine(host, "stubs/getconf"), "echo glibc 2.31");
            Dpkg(host, "-i", package.File);
            Assert.Equal("/usr/lib/terrace/terrace-portable", Chosen(host));
            File.Delete(Path.Combine(host, "stubs/getconf"));
            Dpkg(host, "-i", package.File);
            Assert.Equal("/usr/lib/terrace/terrace", Chosen(host));
            TakeCalls(calls);

            Directory.CreateDirectory(state);
            File.WriteAllText(Path.Combine(state, "shares.json"), "{}");
            File.WriteAllText(Path.Combine(host, "run/terrace/kernel-before.json"), "{}");
            Dpkg(host, "-r", "terrace");
            Assert.Equal(
                ["deb-systemd-invoke stop terrace.service", "terrace kernel --restore", "systemctl --system daemon-reload"],
                TakeCalls(calls));
            Assert.Null(Chosen(host));
            Assert.True(File.Exists(configuration) && Directory.Exists(state));

            Dpkg(host, "-P", "terrace");
            Assert.False(File.Exists(configuration) || Directory.Exists(state) || Directory.Exists(Path.Combine(host, "run/terrace")));
        }
        finally
        {
            Directory.Delete(host, recursive: true);
        }
    }

    [Theory]
    [InlineData("kernel-before.json")]
    [InlineData("kernel-held.json")]
    public void On_removal_what_was_changed_of_the_kernel_is_put_back_or_else_named(string file)
    {
        string host = Directory.CreateTempSubdirectory("terrace-host-").FullName;
        try
        {
            string calls = Path.Combine(host, "calls");
            MakeHost(host, calls);
            File.WriteAllText(Path.Combine(host, "run/terrace", file), "{ \"before\": { \"numa_balancing\": \"1\" } }");
            Assert.Equal("", RunPrerm(host).Trim());
            Assert.Equal(["deb-systemd-invoke stop terrace.service", "terrace kernel --restore"], TakeCalls(calls));

            WriteScript(Path.Combine(host, "stubs/terrace"), "exit 77");
            Assert.Matches(@"could not be put back[\s\S]*""numa_balancing"": ""1""", RunPrerm(host));
        }
        finally
        {
            Directory.Delete(host, recursive: true);
        }
    }

    /// <summary>What /usr/bin/terrace is (update-alternatives(1)).</summary>
    private static string? Chosen(string host)
    {
        // Both links are as on a root of its own, so neither can be followed here.
        string? link = new FileInfo(Path.Combine(host, "usr/bin/terrace")).LinkTarget;
        return link is null ? null : new FileInfo(host + link).LinkTarget;
    }

    /// <summary>What the script that dpkg runs before removal says; it must not keep dpkg from removing.</summary>
    private string RunPrerm(string host) =>
        Run("env", PathWithStubs(host), $"DPKG_ROOT={host}", "sh", "-c", $"exec 2>&1; . {package.Control}/prerm", "sh", "remove");

    private static string PathWithStubs(string host) => $"PATH={host}/stubs:{Environment.GetEnvironmentVariable("PATH")}";

    private static void MakeHost(string host, string calls)
    {
        string[] folders =
        [
            "run/systemd/system", "run/terrace", "usr/bin", "etc/alternatives",
            "var/lib/dpkg/alternatives", "var/lib/dpkg/info", "var/lib/dpkg/updates", "stubs",
        ];
        foreach (string folder in folders)
        {
            Directory.CreateDirectory(Path.Combine(host, folder));
        }

        File.WriteAllText(Path.Combine(host, "var/lib/dpkg/status"), "");
        foreach (string stub in new[] { "systemctl", "deb-systemd-invoke", "systemd-sysusers", "groupadd", "terrace" })
        {
            WriteScript(Path.Combine(host, "stubs", stub), $"echo {stub} \"$@\" >> {calls}");
        }

        // Nobody has enabled it.
        WriteScript(
            Path.Combine(host, "stubs/deb-systemd-helper"),
            $"echo deb-systemd-helper \"$@\" >> {calls}; case \"$*\" in *was-enabled*) exit 1 ;; esac");

        // Nobody has made the group yet.
        WriteScript(Path.Combine(host, "stubs/getent"), "exit 2");
    }

    private static void WriteScript(string path, string line)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    private static string[] TakeCalls(string calls)
    {
        string[] lines = File.ReadAllLines(calls);
        File.Delete(calls);
        return lines;
    }

    private static void Dpkg(string host, string action, string what) =>
        Run(
            "env",
            PathWithStubs(host),
            "dpkg",
            $"--root={host}",
            "--force-script-chrootless",
            "--force-depends",
            $"--log={host}/log",
            action,
            what);

    private static string Run(string program, params string[] arguments) => Release.Run(program, arguments);

    [GeneratedRegex(@"(?:=> )?(/\S+\.so\S*) \(0x")]
    private static partial Regex LddPath();

    [GeneratedRegex(@"GLIBC_(2\.\d+)\b")]
    private static partial Regex GlibcVersion();

    // Of Markdown and of HTML, without those to other hosts and within a page.
    [GeneratedRegex(@"(?:\]\(|src="")(?![a-z]+:|#)([^)#""\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex("^( *)#(?=[^# ])", RegexOptions.Multiline)]
    private static partial Regex CommentMark();
}
