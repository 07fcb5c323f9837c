using System.Net;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Kernel;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Configuration;

/// <summary>
/// Turns the YAML of a configuration file into a <see cref="DaemonConfiguration"/>, or into all that is wrong with it. The keys
/// are those of
/// docs/configuration.md and of the JSON Schema next to this file.
/// </summary>
internal sealed class ConfigurationReader
{
    /// <summary>The only version of the format so far.</summary>
    public const int Version = 1;

    private const string PageTables = "page-tables";
    private const string Off = "off";
    private const string IdleBitmap = "idle-bitmap";

    private static readonly string[] _uselessWhenExcluded = ["fast", "per", "min", "max", "weight", "priority", "class", "areas"];

    private static readonly PercentageRange s_headroom = new(Max: 0.5);
    private static readonly PercentageRange s_cpuLimit = new(ZeroAllowed: false);

    private readonly List<ConfigurationProblem> _problems = [];
    private readonly string _file;

    private ConfigurationReader(string file) => _file = file;

    /// <summary>Reads; the configuration means nothing when there are problems.</summary>
    public static DaemonConfiguration Read(string file, YamlNode root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        ConfigurationReader reader = new(file);
        DaemonConfiguration configuration = reader.ReadAll(new YamlSection(file, "", root, reader._problems));
        problems = [.. reader._problems.OrderBy(problem => problem.Line)];
        return configuration;
    }

    private DaemonConfiguration ReadAll(YamlSection root)
    {
        root.Read("version", Version, ConfigurationValues.Number(Version, Version));
        DaemonConfiguration standard = new();
        YamlSection? host = root.Section("host");
        KernelMode? kernel = host?.Read(
            "kernel", null, ConfigurationValues.OneOf<KernelMode?>([("leave", null), .. KernelMode.All.Select(mode => (mode.Name, mode))]));
        TieringOptions tiering = host is null
            ? standard.Tiering
            : ReadTiering(host, standard.Tiering with { ShareHeat = kernel?.SharesHeat ?? false });
        IPEndPoint? metrics = host?.Read<IPEndPoint?>("metrics", null, ConfigurationValues.LoopbackAddress);
        Uri? collector = host?.Read<Uri?>("otlp", null, ConfigurationValues.Collector);
        if (host is not null && tiering.Problem() is { } problem)
        {
            host.Report("", problem, "change it, or leave it out for the default");
        }

        host?.RefuseOthers();

        TargetRule defaults = new() { Name = "", Match = new RuleMatch() };
        if (root.Section("defaults") is { } section)
        {
            defaults = ReadSettings(section, defaults);
            section.RefuseOthers();
        }

        List<TargetRule> rules = [.. root.Sections("rules").Select(rule => ReadRule(rule, defaults))];
        root.RefuseOthers();
        RefuseRepetitions(rules);
        return new DaemonConfiguration
        {
            Tiering = tiering,
            Kernel = kernel,
            MetricsAddress = metrics,
            Collector = collector,
            Rules = rules,
        };
    }

    private static TieringOptions ReadTiering(YamlSection host, TieringOptions standard)
    {
        (TimeSpan min, TimeSpan max) = host.Read("interval", (standard.MinInterval, standard.MaxInterval), ConfigurationValues.Interval);
        return standard with
        {
            ScansPerRound = host.Read("scans", standard.ScansPerRound, ConfigurationValues.Number(3, 10)),
            MinInterval = min,
            MaxInterval = max,
            FirstInterval = standard.FirstInterval < min ? min : standard.FirstInterval > max ? max : standard.FirstInterval,
            RateLimitBytesPerSecond = host.Read("rate-limit", standard.RateLimitBytesPerSecond, ConfigurationValues.Rate),
            HeadroomFraction = host.Read("headroom", standard.HeadroomFraction, ConfigurationValues.Fraction(s_headroom)),
            CpuLimit = host.Read("cpu-limit", standard.CpuLimit, ConfigurationValues.Fraction(s_cpuLimit)),
            MaxStall = host.Read("max-stall", standard.MaxStall, ConfigurationValues.TimeOrOff),
            BackOff = ReadBackOff(host, standard.BackOff),
            ShareHeat = host.Read("share-heat", standard.ShareHeat, ConfigurationValues.YesOrNo),
            DryRun = host.Read("dry-run", standard.DryRun, ConfigurationValues.YesOrNo),
        };
    }

    /// <summary>Either the word <c>off</c>, or a section of thresholds each of which may be <c>off</c>.</summary>
    private static BackOffOptions? ReadBackOff(YamlSection host, BackOffOptions? standard)
    {
        if (!host.Has("back-off"))
        {
            return standard;
        }

        if (host.IsText("back-off"))
        {
            host.Read("back-off", false, ConfigurationValues.OneOf((Off, false)));
            return null;
        }

        YamlSection section = host.Section("back-off")!;
        BackOffOptions from = standard ?? new BackOffOptions();
        BackOffOptions read = new()
        {
            HostMemory = section.Read("memory", from.HostMemory, ConfigurationValues.ThresholdOrOff),
            HostCpu = section.Read("cpu", from.HostCpu, ConfigurationValues.ThresholdOrOff),
            TargetMemory = section.Read("target-memory", from.TargetMemory, ConfigurationValues.ThresholdOrOff),
            TargetCpu = section.Read("target-cpu", from.TargetCpu, ConfigurationValues.ThresholdOrOff),
            FailedMoves = section.Read("failed-moves", from.FailedMoves, ConfigurationValues.ThresholdOrOff),
            MaxHold = section.Read("max-hold", from.MaxHold, ConfigurationValues.Time),
        };
        section.RefuseOthers();
        return read;
    }

    private TargetRule ReadRule(YamlSection section, TargetRule defaults)
    {
        TargetRule rule = ReadSettings(section, defaults) with { Name = section.Text("name") ?? "", Line = section.Line };
        if (rule.Name.Length == 0)
        {
            section.Report("name", "is missing", "give the rule a name, which status and events will use");
        }

        bool exclude = section.Read("exclude", false, ConfigurationValues.YesOrNo);
        if (exclude && _uselessWhenExcluded.FirstOrDefault(section.Has) is { } useless)
        {
            section.Report(useless, "says what to do with processes that 'exclude' leaves alone", $"remove '{useless}' or 'exclude'");
        }

        RuleMatch match = section.Section("match") is { } conditions ? ReadMatch(conditions) : new RuleMatch();
        if (match == new RuleMatch())
        {
            section.Report(
                "match",
                "is empty, so that the rule would take every process of the host",
                "name a cgroup, executable, command, user, unit, container, pod or vm; '*' takes all that have one");
        }

        section.RefuseOthers();
        return rule with { Match = match, Exclude = exclude };
    }

    private static RuleMatch ReadMatch(YamlSection section)
    {
        RuleMatch match = new()
        {
            Cgroup = section.Text("cgroup"),
            Executable = section.Text("executable"),
            Command = section.Text("command"),
            User = section.Text("user"),
            Unit = section.Text("unit"),
            Container = section.Text("container"),
            Pod = section.Text("pod"),
            Vm = section.Text("vm"),
        };
        section.RefuseOthers();
        if (match.Cgroup is { } cgroup && cgroup[0] is not ('/' or '*'))
        {
            section.Report("cgroup", $"'{cgroup}' matches no control group: their paths begin with a slash", $"write '/{cgroup}'");
        }

        return match;
    }

    private TargetRule ReadSettings(YamlSection section, TargetRule defaults)
    {
        TargetRule rule = defaults with
        {
            Fast = section.Read<FastShare>("fast", defaults.Fast, ConfigurationValues.Share),
            Per = section.Read(
                "per",
                defaults.Per,
                ConfigurationValues.OneOf(("rule", ShareScope.Rule), ("cgroup", ShareScope.ControlGroup), ("process", ShareScope.Process))),
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

    private AreaRule ReadArea(YamlSection section)
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

    private void RefuseRepetitions(List<TargetRule> rules)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (rules[i].Name.Length > 0 && rules[i].Name == rules[j].Name)
                {
                    _problems.Add(
                        new ConfigurationProblem(
                            _file,
                            rules[i].Line,
                            $"rules[{i}].name",
                            $"'{rules[i].Name}' is also the name of the rule in line {rules[j].Line}",
                            "give each rule its own name"));
                }

                if (rules[i].Match == rules[j].Match && rules[i].Match != new RuleMatch())
                {
                    _problems.Add(
                        new ConfigurationProblem(
                            _file,
                            rules[i].Line,
                            $"rules[{i}].match",
                            $"asks for the same processes as the rule in line {rules[j].Line}, which comes first: it would never apply",
                            "join the two, or make one of them narrower"));
                }
            }
        }
    }
}
