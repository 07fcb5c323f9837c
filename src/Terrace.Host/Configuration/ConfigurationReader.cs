using System.Net;
using System.Net.Sockets;
using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Kernel;
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

    private const string Off = "off";
    private const string MetricsGroup = "metrics-group";


    private static readonly string[] s_onlyInMain = ["host", "defaults"];
    private static readonly PercentageRange s_headroom = new(Max: 0.5);
    private static readonly PercentageRange s_cpuLimit = new(ZeroAllowed: false);

    private readonly List<ConfigurationProblem> _problems = [];
    private readonly Dictionary<string, TargetRule> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TargetRule> _matches = new(StringComparer.Ordinal);
    private readonly string _file;

    private ConfigurationReader(string file) => _file = file;

    /// <summary>
    /// Reads the main file, and those next to it that have more rules; the configuration means nothing when there are problems.
    /// </summary>
    public static DaemonConfiguration Read(
        string file, YamlNode? root, IEnumerable<(string File, YamlNode Root)> more, out IReadOnlyList<ConfigurationProblem> problems)
    {
        ConfigurationReader reader = new(file);
        DaemonConfiguration configuration = reader.ReadAll(root, more);
        problems = reader._problems;
        return configuration;
    }

    private DaemonConfiguration ReadAll(YamlNode? main, IEnumerable<(string File, YamlNode Root)> more)
    {
        YamlSection root = new(_file, "", main ?? new YamlMappingNode(), _problems);
        root.Read("version", Version, ConfigurationValues.FormatVersion(Version));
        DaemonConfiguration standard = new();
        YamlSection? host = root.Section("host");
        KernelMode? kernel = host?.Read(
            "kernel", null, ConfigurationValues.OneOf<KernelMode?>([("leave", null), .. KernelMode.All.Select(mode => (mode.Name, mode))]));
        TieringOptions tiering = host is null
            ? standard.Tiering
            : ReadTiering(host, standard.Tiering with { ShareHeat = kernel?.SharesHeat ?? false });
        TierChoice? tiers = host?.Read<TierChoice?>(DaemonConfiguration.TiersKey, null, ConfigurationValues.Tiers);
        EndPoint? metrics = host?.Read<EndPoint?>("metrics", null, ConfigurationValues.MetricsAddress);
        string? metricsGroup = host?.Read<string?>(MetricsGroup, null, ConfigurationValues.GroupName);
        bool metricsNames = host?.Read("metrics-names", true, ConfigurationValues.YesOrNo) ?? true;
        if (metricsGroup is not null && metrics is not UnixDomainSocketEndPoint)
        {
            host!.Report(MetricsGroup, "is for a socket, and clients of a port are not known", "write metrics: /run/terrace/metrics.sock");
        }

        Uri? collector = host?.Read<Uri?>("otlp", null, ConfigurationValues.Collector);
        if (host is not null && tiering.Problem() is { } problem)
        {
            host.Report("", problem, "change it, or leave it out for the default");
        }

        host?.RefuseOthers();

        TargetRule defaults = new() { Name = "", Match = new RuleMatch() };
        YamlSection? common = root.Section("defaults");
        if (common is not null)
        {
            defaults = RuleReader.ReadSettings(common, defaults);
            common.RefuseOthers();
        }

        List<TargetRule> rules = [];
        List<RuleOutline> outlines = [];
        ReadRules(_file, root, defaults, rules, outlines);
        root.RefuseOthers();
        SortFrom(0);
        foreach ((string file, YamlNode node) in more)
        {
            ReadMore(file, node, defaults, rules, outlines);
        }

        return new DaemonConfiguration
        {
            Tiering = tiering,
            Kernel = kernel,
            Tiers = tiers,
            MetricsAddress = metrics,
            MetricsGroup = metricsGroup,
            MetricsNames = metricsNames,
            Collector = collector,
            Rules = rules,
            Outline = new ConfigurationOutline(OutlineOf(_file, host), OutlineOf(_file, common), outlines),
        };
    }

    // A file of conf.d: rules alone.
    private void ReadMore(string file, YamlNode node, TargetRule defaults, List<TargetRule> rules, List<RuleOutline> outlines)
    {
        int before = _problems.Count;
        YamlSection root = new(file, "", node, _problems);
        root.Read("version", Version, ConfigurationValues.FormatVersion(Version));
        foreach (string key in s_onlyInMain.Where(root.Mentions))
        {
            root.Has(key);
            root.Report(key, "belongs in the main file", $"move it to {_file}; files of {ConfigurationFile.Folder} have rules only");
        }

        ReadRules(file, root, defaults, rules, outlines);
        root.RefuseOthers();
        SortFrom(before);
    }

    // Of one line in the order in which they were found.
    private void SortFrom(int first)
    {
        List<ConfigurationProblem> sorted = [.. _problems.Skip(first).OrderBy(problem => problem.Line)];
        _problems.RemoveRange(first, _problems.Count - first);
        _problems.AddRange(sorted);
    }

    private void ReadRules(string file, YamlSection root, TargetRule defaults, List<TargetRule> rules, List<RuleOutline> outlines)
    {
        foreach (YamlSection section in root.Sections("rules"))
        {
            TargetRule rule = RuleReader.Read(file, section, defaults);
            rules.Add(rule);
            outlines.Add(new RuleOutline(rule.Name, file, rule.Line, OutlineOf(file, section)));
            RefuseRepetition(rule, section);
        }
    }

    private void RefuseRepetition(TargetRule rule, YamlSection section)
    {
        if (rule.Name.Length > 0 && !_names.TryAdd(rule.Name, rule))
        {
            section.Report("name", $"'{rule.Name}' is also the name of {PlaceOf(_names[rule.Name], rule)}", "give each rule its own name");
        }

        if (!rule.Match.IsEmpty && !_matches.TryAdd(rule.Match.Canonical, rule))
        {
            section.Report(
                "match",
                $"matches the same processes as {PlaceOf(_matches[rule.Match.Canonical], rule)}, which comes first: it would never apply",
                "merge the two, or make one of them narrower");
        }
    }

    private static string PlaceOf(TargetRule first, TargetRule rule) =>
        first.File == rule.File ? $"the rule in line {first.Line}" : $"the rule in {first.File}:{first.Line}";

    private static Dictionary<string, GivenValue> OutlineOf(string file, YamlSection? section)
    {
        Dictionary<string, GivenValue> values = new(StringComparer.Ordinal);
        foreach ((string key, string text, long line) in section?.Given() ?? [])
        {
            values[key] = new GivenValue(text, file, line);
        }

        return values;
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
            HugePages = host.Read("huge-pages", standard.HugePages, ConfigurationValues.HugePages),
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

        if (host.Section("back-off") is not { } section)
        {
            return standard;
        }

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
}
