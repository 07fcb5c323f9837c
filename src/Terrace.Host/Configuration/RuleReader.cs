using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Configuration;

/// <summary>Reads rules of a configuration file, and what they have in common with its defaults.</summary>
internal static class RuleReader
{
    private const string PageTables = "page-tables";
    private const string IdleBitmap = "idle-bitmap";

    private static readonly string[] s_uselessWhenExcluded =
        ["fast", "per", "min", "max", "weight", "priority", "class", "areas", "include-system"];

    /// <summary>A rule.</summary>
    public static TargetRule Read(string file, YamlSection section, TargetRule defaults)
    {
        string? name = section.RequiredText("name");
        TargetRule rule = ReadSettings(section, defaults) with { Name = name ?? "", File = file, Line = section.Line };
        bool exclude = section.Read("exclude", false, ConfigurationValues.YesOrNo);
        if (exclude && s_uselessWhenExcluded.FirstOrDefault(section.Has) is { } useless)
        {
            section.Report(useless, "says what to do with processes that 'exclude' leaves alone", $"remove '{useless}' or 'exclude'");
        }

        RuleMatch match = section.Section("match") is { } conditions ? ReadMatch(section, conditions) : new RuleMatch();
        if (!section.Has("match") && !section.MayMean("match"))
        {
            section.Report(
                "match", "is missing: the rule does not say which processes it is for", "write for example match: { user: redis }");
        }

        if (!section.Has("name") && !section.MayMean("name"))
        {
            section.Report("name", "is missing", "give the rule a name, which status and events will use");
        }
        else if (name is not null && RuleName.ProblemOf(name) is { } problem)
        {
            section.Report("name", problem);
        }
        else if (name is not null && section.IsOtherThanText("name"))
        {
            section.Report("name", $"'{name}' is a number or a truth value to YAML, not a text", $"write \"{name}\"");
        }

        bool system = section.Read("include-system", false, ConfigurationValues.YesOrNo);
        section.RefuseOthers();
        return rule with { Match = match, Exclude = exclude, IncludeSystem = system };
    }

    private static RuleMatch ReadMatch(YamlSection rule, YamlSection section)
    {
        List<MatchCondition> required = ReadConditions(section);
        List<MatchCondition> refused = [];
        if (section.Section("not") is { } not)
        {
            refused = ReadConditions(not);
            not.RefuseOthers();
            if (not.IsEmpty)
            {
                section.Report("not", "is empty", "name what is to be left out, or remove it");
            }
        }

        if (section.IsEmpty && MatchKey.All.FirstOrDefault(key => rule.Mentions(key.Name)) is { } next)
        {
            // One slip: the keys are neither missing nor unknown.
            rule.Report(next.Name, "belongs below 'match', but is not indented more than it", "indent it further");
            foreach (MatchKey key in MatchKey.All.Where(key => rule.Mentions(key.Name)))
            {
                rule.Has(key.Name);
            }
        }
        else if (section.IsEmpty)
        {
            section.Report(
                "",
                "is empty, so the rule would match every process of the host",
                $"name one of {string.Join(", ", MatchKey.All)}; executable: \"*\" matches all");
        }
        else if (refused.Count > 0 && required.Count == 0 && !MatchKey.All.Any(key => section.MayMean(key.Name)))
        {
            section.Report(
                "not", "stands alone, so the rule would match every other process", "add executable: \"*\" if that is meant");
        }

        section.RefuseOthers();
        return new RuleMatch { Required = required, Refused = refused };
    }

    private static List<MatchCondition> ReadConditions(YamlSection section)
    {
        List<MatchCondition> conditions = [];
        foreach (MatchKey key in MatchKey.All)
        {
            IReadOnlyList<string> patterns = section.Words(key.Name, $"[{key.Example}]");
            if (patterns.Count > 0)
            {
                conditions.Add(new MatchCondition(key, patterns, section.LineOf(key.Name)));
            }

            foreach (Problem problem in patterns.Select(key.ProblemOf).OfType<Problem>())
            {
                section.Report(key.Name, problem);
            }
        }

        return conditions;
    }

    /// <summary>What defaults and rules have in common.</summary>
    public static TargetRule ReadSettings(YamlSection section, TargetRule defaults)
    {
        TargetRule rule = defaults with
        {
            Fast = section.Read<FastShare>("fast", defaults.Fast, ConfigurationValues.Share),
            Per = section.Read(
                "per",
                defaults.Per,
                ConfigurationValues.OneOf(
                    ("rule", ShareScope.Rule),
                    ("cgroup", ShareScope.ControlGroup),
                    ("pod", ShareScope.Pod),
                    ("process", ShareScope.Process))),
            MinBytes = section.Read("min", defaults.MinBytes, ConfigurationValues.Size),
            MaxBytes = section.Read("max", defaults.MaxBytes, ConfigurationValues.Size),
            Weight = section.Read("weight", defaults.Weight, ConfigurationValues.Number(1, 10000)),
            Priority = section.Read("priority", defaults.Priority, ConfigurationValues.Number(-100, 100)),
            BestEffort = section.Read("class", defaults.BestEffort, ConfigurationValues.OneOf(("normal", false), ("best-effort", true))),
            Tracker = section.Read(
                "tracker",
                defaults.Tracker,
                ConfigurationValues.OneOf(
                    ("auto", TrackerChoice.Best), (PageTables, TrackerChoice.PageTables), (IdleBitmap, TrackerChoice.IdleBitmap))),
            ScansPerRound = section.Read("scans", defaults.ScansPerRound ?? 0, ConfigurationValues.Number(3, 10)) is > 0 and var scans
                ? scans
                : null,
            Interval = section.Has("interval")
                ? section.Read<(TimeSpan Min, TimeSpan Max)>("interval", default, ConfigurationValues.Interval)
                : defaults.Interval,
            RateLimitBytesPerSecond = section.Has("rate-limit")
                ? section.Read("rate-limit", 0L, ConfigurationValues.Rate)
                : defaults.RateLimitBytesPerSecond,
            MaxStall = section.Has("max-stall")
                ? section.Read("max-stall", TimeSpan.MaxValue, ConfigurationValues.TimeOrOff)
                : defaults.MaxStall,
            ShareHeat = section.Has("share-heat") ? section.Read("share-heat", false, ConfigurationValues.YesOrNo) : defaults.ShareHeat,
            HugePages = section.Has("huge-pages")
                ? section.Read("huge-pages", HugePagePolicy.Split, ConfigurationValues.HugePages)
                : defaults.HugePages,
            DryRun = section.Read("dry-run", defaults.DryRun, ConfigurationValues.YesOrNo),
            OverridePlacement = section.Read("override-placement", defaults.OverridePlacement, ConfigurationValues.YesOrNo),
            PublishLayout = section.Read("publish-layout", defaults.PublishLayout, ConfigurationValues.YesOrNo),
            Areas = section.Has("areas") ? [.. section.Sections("areas").Select(ReadArea)] : defaults.Areas,
        };
        RefuseContradictions(section, rule);
        return rule;
    }

    private static void RefuseContradictions(YamlSection section, TargetRule rule)
    {
        if (rule.MinBytes > rule.MaxBytes)
        {
            section.Report("min", "is more than max", "lower min or raise max");
        }

        if (rule.Fast.Bytes is { } size && (size > rule.MaxBytes || size < rule.MinBytes))
        {
            section.Report("fast", $"'{rule.Fast}' is not between min and max", "change one of the three");
        }

        if (rule.BestEffort && rule.MinBytes > 0)
        {
            section.Report("class", "best-effort gets what nobody else wants, but min promises more", "remove min, or use class: normal");
        }
    }

    private static AreaRule ReadArea(YamlSection section)
    {
        const string Heap = "heap", Stack = "stack", Anonymous = "anonymous", GuestRam = "guest-ram";
        AreaKind kind = section.Read(
            "kind",
            AreaKind.Range,
            ConfigurationValues.OneOf(
                (Heap, AreaKind.Heap), (Stack, AreaKind.Stack), (Anonymous, AreaKind.Anonymous), (GuestRam, AreaKind.GuestRam)));
        string? pattern = null;
        int selectors = section.Has("kind") ? 1 : 0;
        foreach (
            (string key, AreaKind named) in new[] { ("file", AreaKind.File), ("memfd", AreaKind.Memfd), ("name", AreaKind.AnonymousName) })
        {
            if (section.Text(key) is { } text)
            {
                (kind, pattern) = (named, text);
                if (NoText.ProblemOf(text) is { } problem)
                {
                    section.Report(key, problem);
                }

                selectors++;
            }
        }

        (ulong start, ulong end) = section.Read<(ulong Start, ulong End)>("range", default, ConfigurationValues.AddressRange);
        selectors += section.Has("range") ? 1 : 0;
        if (selectors != 1)
        {
            section.Report(
                "",
                selectors == 0 ? "does not say which mappings it is about" : "says twice which mappings it is about",
                "give exactly one of kind, file, memfd, name, range");
        }

        if (section.Has("treat") == section.Has("fast"))
        {
            section.Report(
                "",
                section.Has("fast") ? "says twice what is to be done" : "does not say what is to be done",
                "give either treat: hot, cold or ignore, or fast: a share of the area's own pages");
        }

        MappingTreatment treatment = section.Read(
            "treat",
            MappingTreatment.ByHeat,
            ConfigurationValues.OneOf(
                ("hot", MappingTreatment.Hot), ("cold", MappingTreatment.Cold), ("ignore", MappingTreatment.Ignored)));
        FastShare share = section.Read<FastShare>("fast", FastShare.Auto, ConfigurationValues.AreaShare);
        section.RefuseOthers();
        string name = pattern ?? (kind == AreaKind.Range ? $"{start:x}-{end:x}" : section.Text("kind") ?? "");
        return new AreaRule(kind, pattern, start, end, new MappingRule(treatment, share.IsAuto ? null : new FastArea(name, share)));
    }
}
