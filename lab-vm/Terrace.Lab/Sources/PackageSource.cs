namespace Terrace.Lab.Sources;

/// <summary>One suite of one archive, as sources.list(5) describes it.</summary>
/// <param name="Uri">The archive's base.</param>
/// <param name="Suite">For example bookworm-security.</param>
/// <param name="Components">For example main; none when the suite is an exact path.</param>
/// <param name="Where">The file and line that say so, or the variable.</param>
public sealed record PackageSource(string Uri, string Suite, IReadOnlyList<string> Components, string Where)
{
    // Who may answer, and for how long, is the machine's choice; what to download of the archive is the lab's.
    private static readonly string[] KeptOptions =
        ["Trusted", "Allow-Insecure", "Allow-Weak", "Check-Valid-Until", "Valid-Until-Min", "Valid-Until-Max", "Check-Date",
            "Date-Max-Future", "By-Hash"];

    /// <summary>Architectures it is limited to; none for no limit.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>Keyring files and fingerprints that must have signed it; none for the keys that apt trusts anyway.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The public key itself, in lines, where it stands in the sources file; empty otherwise.</summary>
    public string InlineKey { get; init; } = "";

    /// <summary>Options on how far the archive is trusted, under the names of the deb822 format.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The archive without a name and password that may be in its address.</summary>
    public string Address => Printable(Uri);

    /// <summary>apt takes it without a signature.</summary>
    public bool IsTrusted => Options.TryGetValue("Trusted", out var value) && YesNo(value) == true;

    /// <summary>An address of an archive without its name and password.</summary>
    public static string Printable(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var start = uri.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = start < 3 ? -1 : uri.IndexOf('/', start);
        var at = start < 3 ? -1 : uri.LastIndexOf('@', end < 0 ? uri.Length - 1 : end);
        return at < start ? uri : uri[..start] + uri[(at + 1)..];
    }

    /// <summary>The text of a sources file in deb822 format that says this.</summary>
    internal string ToStanza()
    {
        List<string> lines =
        [
            "Types: deb", $"URIs: {Uri}", $"Suites: {Suite}", $"Components: {string.Join(' ', Components)}", "Architectures: amd64",
            .. Options.Select(option => $"{option.Key}: {option.Value}"),
        ];
        if (InlineKey.Length > 0 || Keys.Count > 0)
        {
            lines.Add($"Signed-By: {(InlineKey.Length > 0 ? InlineKey : string.Join(' ', Keys))}");
        }

        return string.Join('\n', lines) + "\n";
    }

    /// <summary>The name under which an option is kept; null for one that says nothing about trust.</summary>
    internal static string? KeptOption(string name) =>
        KeptOptions.FirstOrDefault(kept => kept.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>An address needs a scheme (RFC 3986, section 3.1); null, or what is wrong.</summary>
    internal static string? UriProblem(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(uri[0]) && uri[..colon].All(letter => char.IsAsciiLetterOrDigit(letter)
            || letter is '+' or '-' or '.')
            ? null
            : $"'{uri}' has no scheme such as http:";
    }

    /// <summary>A truth value in apt's words (apt.conf(5)); null for another word.</summary>
    internal static bool? YesNo(string word) => word.ToLowerInvariant() switch
    {
        "yes" or "true" or "with" or "on" or "enable" or "1" => true,
        "no" or "false" or "without" or "off" or "disable" or "0" => false,
        _ => null,
    };
}
