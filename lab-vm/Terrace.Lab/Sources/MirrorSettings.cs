namespace Terrace.Lab.Sources;

/// <summary>What the user set in place of the machine's own sources.</summary>
/// <param name="Mirror">Base of Debian's main archive; null for the machine's.</param>
/// <param name="Keyring">File of the keys that must have signed it; null for the machine's.</param>
internal sealed record MirrorSettings(string? Mirror, string? Keyring)
{
    public const string MirrorVariable = "TERRACE_LAB_MIRROR";
    public const string KeyringVariable = "TERRACE_LAB_KEYRING";

    /// <summary>Keys of all of Debian's suites, of the package debian-archive-keyring.</summary>
    public const string DebianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>Reads the environment.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>: a variable says nothing that apt could use.</exception>
    public static MirrorSettings FromEnvironment() =>
        Of(Environment.GetEnvironmentVariable(MirrorVariable), Environment.GetEnvironmentVariable(KeyringVariable));

    internal static MirrorSettings Of(string? mirror, string? keyring)
    {
        if (!string.IsNullOrEmpty(mirror) && (mirror.Any(char.IsWhiteSpace) || PackageSource.UriProblem(mirror) is not null))
        {
            throw LabException.Usage($"{MirrorVariable} '{mirror}' is not an address", "write it as http://HOST/debian");
        }

        if (!string.IsNullOrEmpty(keyring)
            && (!Path.IsPathFullyQualified(keyring) || keyring.Any(char.IsWhiteSpace) || !File.Exists(keyring)))
        {
            throw LabException.Usage($"{KeyringVariable} '{keyring}' is not a keyring file", "give the whole path of one, without spaces");
        }

        return new MirrorSettings(
            string.IsNullOrEmpty(mirror) ? null : mirror.TrimEnd('/'), string.IsNullOrEmpty(keyring) ? null : keyring);
    }
}
