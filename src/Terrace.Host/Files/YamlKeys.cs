namespace Terrace.Host.Files;

/// <summary>Keys of files that people write, to see in a line that is no YAML what it was meant to be.</summary>
internal static class YamlKeys
{
    /// <summary>The key of <c>host</c> that is a section or a word.</summary>
    public const string Divided = "back-off";

    private static readonly HashSet<string> s_sections = ["host", "defaults", "match", "not", Divided];

    private static readonly HashSet<string> s_lists = ["rules", "areas", "ranges"];

    // Their values are texts of any words, which may look like keys.
    private static readonly HashSet<string> s_texts = ["command"];

    private static readonly HashSet<string> s_values =
    [
        "name", "executable", "version", "cpu-limit", "rate-limit", "headroom", "interval", "scans", "max-stall",
        "kernel", "tiers", "share-heat", "huge-pages", "dry-run", "metrics", "metrics-group", "metrics-names", "otlp", "memory", "cpu",
        "target-memory", "target-cpu",
        "failed-moves", "max-hold", "fast", "per", "min", "max", "weight", "priority", "class", "tracker",
        "override-placement", "publish-layout", "exclude", "include-system", "cgroup", "comm", "parent", "user", "uid",
        "gid", "unit", "container", "pod", "pod-name", "namespace", "vm", "kind", "file", "memfd", "range", "treat", "size",
        "from", "to", "node", "stripe", "block",
    ];

    // What people call keys by other programs' words.
    private static readonly Dictionary<string, string> s_otherWords = new(StringComparer.Ordinal)
    {
        ["program"] = "executable",
        ["binary"] = "executable",
        ["path"] = "executable",
        ["image"] = "executable",
        ["cmd"] = "command",
        ["cmdline"] = "command",
        ["args"] = "command",
        ["arguments"] = "command",
        ["process"] = "comm",
        ["name"] = "comm",
        ["proc"] = "comm",
        ["service"] = "unit",
        ["guest"] = "vm",
        ["domain"] = "vm",
        ["owner"] = "user",
        ["group"] = "gid",
        ["ppid"] = "parent",
        ["share"] = "fast",
        ["ratio"] = "fast",
        ["nice"] = "priority",
        ["skip"] = "exclude",
        ["ignore"] = "exclude",
        ["title"] = "name",
        ["rate"] = "rate-limit",
        ["bandwidth"] = "rate-limit",
        ["cpu"] = "cpu-limit",
        ["prometheus"] = "metrics",
        ["opentelemetry"] = "otlp",
        ["except"] = "not",
        ["slice"] = "cgroup",
    };

    // Words with a meaning of their own, and keys that look like them and have another.
    private static readonly Dictionary<string, string[]> s_lookalikes = new(StringComparer.Ordinal)
    {
        ["name"] = ["namespace"],
        ["pid"] = ["gid", "uid", "pod"],
        ["share"] = ["share-heat"],
    };

    /// <summary>True when a key looks like a word but is not what somebody means by it.</summary>
    public static bool IsLookalike(string word, string key) => s_lookalikes.TryGetValue(word, out string[]? keys) && keys.Contains(key);

    /// <summary>True for a key of the configuration or of a layout file.</summary>
    public static bool IsKnown(string word) =>
        s_sections.Contains(word) || s_lists.Contains(word) || s_texts.Contains(word) || s_values.Contains(word);

    /// <summary>True for a key with keys below it.</summary>
    public static bool IsSection(string key) => s_sections.Contains(key);

    /// <summary>True for a key with a list of sections below it.</summary>
    public static bool IsList(string key) => s_lists.Contains(key);

    /// <summary>True for a key whose value may be any words.</summary>
    public static bool IsText(string key) => s_texts.Contains(key);

    /// <summary>The key that another program's word stands for; null when it is none.</summary>
    public static string? MeantBy(string word) => s_otherWords.GetValueOrDefault(word.ToLowerInvariant());
}
