using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>
/// Finds names of hosts in the repository's text. Where packages come from is the machine's choice, so no mirror's and no registry's
/// name stands
/// here. A list of them would hold what it forbids: an address must lead to documentation or to nowhere instead, and a bare name must
/// not look like a mirror's.
/// </summary>
internal static partial class HostNames
{
    /// <summary>Sites that addresses in the tree may lead to: manuals, specifications, and pages for people.</summary>
    private static readonly string[] s_documentation =
    [
        "man7.org", "docs.kernel.org", "www.kernel.org", "lore.kernel.org", "www.debian.org", "wiki.debian.org", "www.w3.org",
            "json-schema.org", "learn.microsoft.com", "dot.net",
        "hdrhistogram.org", "no-color.org", "keepachangelog.com", "semver.org", "opentelemetry.io", "prometheus.io",
    ];

    /// <summary>Names that lead nowhere (RFC 2606, RFC 6761), or to this machine.</summary>
    private static readonly string[] s_reserved = ["example", "invalid", "test", "localhost"];

    public static IEnumerable<string> ForeignIn(string path, string text)
    {
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            IEnumerable<string> hosts = Address().Matches(line).Select(match => match.Groups[1].Value).Where(host => !IsAllowed(host))
                .Concat(MirrorName().Matches(line).Select(match => match.Value).Where(host => !IsAllowed(host)));
            foreach (string host in hosts.Distinct())
            {
                yield return $"{path}:{index + 1}: {host}";
            }
        }
    }

    private static bool IsAllowed(string host)
    {
        string name = host.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        string[] labels = name.Split('.');
        return s_documentation.Contains(name)
            || s_reserved.Contains(labels[^1])
            || (labels.Length >= 2 && labels[^2] == "example")
            || labels.Length == 1
            || labels.All(label => label.All(char.IsAsciiDigit));
    }

    // A host with letters of a program's own in it (braces, $) is put together elsewhere.
    [GeneratedRegex(@"\b(?:[a-z]+\+)?(?:https?|ftp)://(?:[^\s/@'""<>]*@)?([A-Za-z0-9.-]+)(?![A-Za-z0-9.{$-])", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex(
        @"(?<![\w.@/-])(?:(?:deb|ftp\d*|mirrors?|security|snapshot|archive|archives|apt|registry|packages|pkgs|pypi"
        + @"|api|cdn|dl|downloads?|repos?|files|proxy)(?:\.[a-z0-9-]+)*\.(?:org|com|net|io|dev|cn|de|uk))(?![\w.-])",
        RegexOptions.IgnoreCase)]
    private static partial Regex MirrorName();
}
