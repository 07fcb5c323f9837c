namespace Terrace.Lab.Sources;

/// <summary>Finds Debian's archive among this machine's package sources, and where the lab's suites are in it.</summary>
internal static class DebianMirror
{
    private const string NameOne =
        $"name a Debian mirror, {MirrorSettings.MirrorVariable}=http://HOST/debian (https://www.debian.org/mirror/list)";

    // Codenames are Debian's own. The words of the second list are used by its relatives too, for their own suites.
    private static readonly string[] Codenames = ["buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid"];
    private static readonly string[] Aliases = ["oldoldstable", "oldstable", "stable", "testing", "unstable"];
    private static readonly string[] MainSuffixes = ["", "-updates", "-proposed-updates", "-backports", "-backports-sloppy"];
    private static readonly string[] SecuritySuffixes = ["-security", "/updates"];

    private static readonly string[] NetworkSchemes = ["http", "https", "ftp", "tor+http", "tor+https"];

    /// <summary>
    /// Each wanted suite as the machine lists it. A suite that it does not list comes from the archive that it has other suites
    /// of; one of the security archive, when there is none, from debian-security next to debian, as mirrors lay them out.
    /// </summary>
    /// <param name="machine">The machine's sources.</param>
    /// <param name="settings">What the user set instead.</param>
    /// <param name="wanted">Names of suites.</param>
    /// <param name="hasDebianKeyring"><see cref="MirrorSettings.DebianKeyring"/> exists.</param>
    public static MirrorChoice Choose(MachineSources machine, MirrorSettings settings, IReadOnlyList<string> wanted, bool hasDebianKeyring)
    {
        var known = settings.Mirror is { } mirror
            ? [new PackageSource(mirror, "", ["main"], MirrorSettings.MirrorVariable)]
            : machine.Files.Sources.Where(source => IsUsable(source, machine.System)).OrderByDescending(Likelihood).ToList();
        var skipped = settings.Mirror is null ? Skipped(machine) : [];
        var main = known.Find(source => !IsSecurity(source.Suite));
        if (main is null)
        {
            return NoMirror(machine, skipped);
        }

        var security = known.Find(source => IsSecurity(source.Suite)) ?? SecurityBeside(main);
        List<PackageSource> chosen = [];
        foreach (var suite in wanted)
        {
            if (known.Find(source => source.Suite == suite) is { } listed)
            {
                chosen.Add(listed with { Components = ["main"] });
            }
            else if ((IsSecurity(suite) ? security : main) is { } archive)
            {
                chosen.Add(Elsewhere(archive, suite, hasDebianKeyring));
            }
        }

        if (settings.Keyring is { } keyring)
        {
            chosen = [.. chosen.Select(source => source with { Keys = [keyring], InlineKey = "" })];
        }
        else if (!hasDebianKeyring && chosen.Find(source => LacksKeys(source, machine)) is { } unsigned)
        {
            return new MirrorChoice(
                [],
                $"{MirrorSettings.DebianKeyring} is missing, and so is another key for {unsigned.Suite} at {unsigned.Address}",
                $"install Debian's package debian-archive-keyring, or name a keyring in {MirrorSettings.KeyringVariable}");
        }

        return new MirrorChoice(chosen, null, null) { Skipped = skipped };
    }

    /// <summary>
    /// A suite that the machine does not list: signed with one of the keys of its archive, or of Debian, whose keys for other suites
    /// the machine's may lack.
    /// </summary>
    private static PackageSource Elsewhere(PackageSource archive, string suite, bool hasDebianKeyring) => archive with
    {
        Suite = suite,
        Components = ["main"],
        Keys = hasDebianKeyring
            ? [.. archive.Keys.Where(key => key.StartsWith('/')).Append(MirrorSettings.DebianKeyring).Distinct()]
            : archive.Keys,
        InlineKey = hasDebianKeyring ? "" : archive.InlineKey,
    };

    /// <summary>A listed suite without keys is one for which the machine's apt has them elsewhere.</summary>
    private static bool LacksKeys(PackageSource source, MachineSources machine) =>
        source is { Keys.Count: 0, InlineKey.Length: 0, IsTrusted: false }
        && !machine.Files.Sources.Any(listed => listed.Uri == source.Uri && listed.Suite == source.Suite);

    private static PackageSource? SecurityBeside(PackageSource main)
    {
        var uri = main.Uri.TrimEnd('/');
        return NetworkSchemes.Contains(Scheme(uri)) && uri.EndsWith("/debian", StringComparison.Ordinal)
            ? main with { Uri = uri + "-security" }
            : null;
    }

    private static bool IsUsable(PackageSource source, OsRelease system) =>
        Scheme(source.Uri) != "cdrom"
        && IsDebianSuite(source.Suite, system)
        && source.Components.Contains("main")
        && (source.Architectures.Count == 0 || source.Architectures.Contains("amd64"));

    private static bool IsDebianSuite(string suite, OsRelease system) =>
        Codenames.Concat(system.Id == "debian" ? Aliases : []).Any(name =>
            suite.StartsWith(name, StringComparison.Ordinal)
            && (MainSuffixes.Contains(suite[name.Length..]) || SecuritySuffixes.Contains(suite[name.Length..])));

    private static bool IsSecurity(string suite) => SecuritySuffixes.Any(suffix => suite.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>
    /// Others' archives have suites called as Debian's, too. Debian's has its own keys or no special ones, and mostly its name.
    /// </summary>
    private static int Likelihood(PackageSource source)
    {
        var keys = source.Keys.Any(key => Path.GetFileName(key).StartsWith("debian-archive", StringComparison.Ordinal)) ? 4
            : source is { Keys.Count: 0, InlineKey.Length: 0 } ? 1
            : 0;
        var last = source.Uri.TrimEnd('/').Split('/')[^1];
        var named = last is "debian" or "debian-security" or "debian.list" or "debian-security.list" ? 2 : 0;
        var scheme = Scheme(source.Uri);
        var complete = NetworkSchemes.Contains(scheme) || scheme.StartsWith("mirror", StringComparison.Ordinal) ? 8 : 0;
        return keys + named + complete;
    }

    private static string Scheme(string uri) => uri.Split(':')[0].ToLowerInvariant();

    private static List<string> Skipped(MachineSources machine) =>
    [
        .. machine.Files.Problems.Select(problem => problem.ToString()),
        .. machine.Files.Sources.Where(source => Scheme(source.Uri) == "cdrom")
            .Select(source => $"{source.Where}: a disc does not have all suites"),
    ];

    private static MirrorChoice NoMirror(MachineSources machine, List<string> skipped)
    {
        var found = machine.System.Id == "debian"
            ? $"no Debian archive is among the package sources of this machine ({machine.Paths.List}, {machine.Paths.Lists})"
            : $"this machine is {machine.System.Name}, and its package sources have no Debian suites";
        return new MirrorChoice([], skipped.Count == 0 ? found : $"{found}; not used: {skipped[0]}", NameOne);
    }
}
