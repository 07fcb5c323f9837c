namespace Terrace.Host.Configuration;

/// <summary>What the files say, key by key and as they say it, and what holds where they say nothing.</summary>
/// <param name="Host">Keys of <c>host</c>; those of <c>back-off</c> as <c>back-off.memory</c>.</param>
/// <param name="Defaults">Keys of <c>defaults</c>.</param>
/// <param name="Rules">The rules in their order.</param>
internal sealed record ConfigurationOutline(
    IReadOnlyDictionary<string, GivenValue> Host, IReadOnlyDictionary<string, GivenValue> Defaults, IReadOnlyList<RuleOutline> Rules)
{
    /// <summary>What stands for a key that has no value.</summary>
    public const string NotSet = "not set";

    private const string BackOff = "back-off";
    private const string ShareHeat = "share-heat";
    private const string Off = "off";

    private static readonly (string Key, string Text)[] s_host =
    [
        ("cpu-limit", "3%"), ("rate-limit", "256MiB/s"), ("headroom", "1%"), ("interval", "10ms..1s"), ("scans", "5"),
        ("max-stall", "100ms"), ("tiers", NotSet), ("kernel", "leave"), (ShareHeat, "false"), ("huge-pages", "split"), ("dry-run", "false"),
        ("metrics", NotSet), ("metrics-group", NotSet), ("metrics-names", "true"), ("otlp", NotSet),
    ];

    private static readonly (string Key, string Text)[] s_backOff =
    [
        ("memory", "10%"), ("cpu", "80%"), ("target-memory", "20%"), ("target-cpu", "90%"), ("failed-moves", "50%"), ("max-hold", "1m"),
    ];

    private static readonly (string Key, string Text)[] s_rule =
    [
        ("fast", "auto"), ("per", "rule"), ("min", "0"), ("max", NotSet), ("weight", "100"), ("priority", "0"), ("class", "normal"),
        ("tracker", "auto"), ("rate-limit", NotSet), ("override-placement", "false"), ("publish-layout", "false"), ("areas", NotSet),
    ];

    // What the host says where a rule says nothing.
    private static readonly string[] s_hosts = ["scans", "interval", "max-stall", ShareHeat, "huge-pages", "dry-run"];

    /// <summary>A file that says nothing.</summary>
    public static ConfigurationOutline Empty { get; } =
        new(new Dictionary<string, GivenValue>(), new Dictionary<string, GivenValue>(), []);

    /// <summary>The host's keys with their effective values, in order.</summary>
    public IEnumerable<(string Key, GivenValue Value)> EffectiveHost()
    {
        foreach ((string key, string text) in s_host)
        {
            yield return (key, OfHost(key, text));
        }

        if (Host.TryGetValue(BackOff, out GivenValue off))
        {
            yield return (BackOff, off);
            yield break;
        }

        foreach ((string key, string text) in s_backOff)
        {
            string path = $"{BackOff}.{key}";
            yield return (path, Host.TryGetValue(path, out GivenValue given) ? given : GivenValue.Default(text));
        }
    }

    /// <summary>A rule's keys with their effective values, in order; of one that excludes only what it needs.</summary>
    public IEnumerable<(string Key, GivenValue Value)> EffectiveRule(RuleOutline rule)
    {
        yield return ("match", rule.Values.TryGetValue("match", out GivenValue match) ? match : GivenValue.Default(NotSet));
        foreach (string flag in (string[])["exclude", "include-system"])
        {
            if (rule.Values.TryGetValue(flag, out GivenValue said))
            {
                yield return (flag, said);
            }
        }

        if (rule.Values.TryGetValue("exclude", out GivenValue exclude) && exclude.Text == "true")
        {
            yield break;
        }

        foreach ((string key, string text) in s_rule)
        {
            yield return (key, OfRule(rule, key) ?? GivenValue.Default(text));
        }

        foreach (string key in s_hosts)
        {
            yield return (key, OfRule(rule, key) ?? OfHost(key, s_host.First(host => host.Key == key).Text));
        }
    }

    private GivenValue? OfRule(RuleOutline rule, string key) =>
        rule.Values.TryGetValue(key, out GivenValue given) || Defaults.TryGetValue(key, out given) ? given : null;

    private GivenValue OfHost(string key, string text) =>
        Host.TryGetValue(key, out GivenValue given) ? given
            : key == ShareHeat && Host.TryGetValue("kernel", out GivenValue kernel) && kernel.Text == "cooperate"
                ? kernel with { Text = "true" }
                : GivenValue.Default(text);
}
