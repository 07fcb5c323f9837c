using System.CommandLine;
using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.CommandLine;

/// <summary>The options that <c>run</c>, <c>manage</c> and <c>simulate</c> share.</summary>
internal sealed class ManagementOptionSet
{
    private readonly UnitOption<FastShare> _fast = OptionParsers.Share(
        "Fast memory for each process: auto (what the fast tier can spare), or a fixed share, kept even while fast memory is free: a "
            + "part of its pages (40%) or a size (2G).");
    private readonly UnitOption<(TimeSpan Min, TimeSpan Max)> _interval = OptionParsers.Interval(
        "Time between two scans of a round; adapted within this range.", "10ms..1s");
    private readonly UnitOption<int> _scans = OptionParsers.Number("--scans", "Scans in a round, 3 to 10.", 5, 3, 10);
    private readonly UnitOption<long> _rateLimit = OptionParsers.Rate(
        "--rate-limit", "Most bytes moved per second, both directions together.", "256MiB/s");
    private readonly UnitOption<double> _headroom = OptionParsers.Fraction(
        "--headroom", "Part of each fast node to keep free, beyond the kernel's own reserve.", "1%", new PercentageRange(Max: 0.5));
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Decide what to move, but move nothing." };
    private readonly Option<string?> _heatmap = new("--heatmap")
    {
        Description = "Draw heat by address and time into this file, .svg or .png.",
        HelpName = "FILE",
    };
    private readonly UnitOption<PictureSize?> _heatmapSize = OptionParsers.Make<PictureSize?>(
        "--heatmap-size",
        "Size of the picture in pixels; by default 1000x860 for .svg, and twice that for .png.",
        "WxH",
        null,
        (text, out value, out problem) =>
        {
            bool read = PictureSize.TryParse(text, out PictureSize size, out problem);
            value = size;
            return read;
        });
    private readonly Option<string?> _summary = new("--summary-json")
    {
        Description = "Write the summary to this file, as JSON.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _events = new("--events")
    {
        Description = "Write each round to this file, as a line of JSON; /dev/stdout is standard output.",
        HelpName = "FILE",
    };
    private readonly Option<bool>? _json;
    private readonly UnitOption<TrackerChoice>? _tracker;
    private readonly UnitOption<TierChoice?>? _tiers;
    private readonly Option<bool>? _override;
    private readonly Option<bool>? _shareHeat;
    private readonly UnitOption<HugePagePolicy>? _hugePages;

    /// <param name="json">The command's stdout is free for events.</param>
    /// <param name="tracker">The command tracks a real process.</param>
    public ManagementOptionSet(bool json, bool tracker)
    {
        _json = json
            ? new Option<bool>("--json") { Description = "Write each round and the summary as JSON, one line each, and no words." }
            : null;
        _tracker = tracker ? TrackerOption() : null;
        _tiers = tracker ? TierOption.Create() : null;
        _override = tracker
            ? new Option<bool>("--override-placement")
            {
                Description = "Also move memory that the process itself has placed by a memory policy.",
            }
            : null;
        _hugePages = tracker ? HugePagesOption() : null;
        _shareHeat = tracker
            ? new Option<bool>("--share-heat")
            {
                Description = "Tell the kernel's reclaim which fast pages are hot or cold; scans clear the bits it would have used.",
            }
            : null;
    }

    /// <summary>What becomes of huge pages of which a part only is hot.</summary>
    private static UnitOption<HugePagePolicy> HugePagesOption() =>
        OptionParsers.Make<HugePagePolicy>(
            "--huge-pages",
            "Huge pages of which a part only is hot: split (where that pays), or keep.",
            "WHAT",
            "split",
            (text, out value, out problem) =>
            {
                value = text == "keep" ? HugePagePolicy.Keep : HugePagePolicy.Split;
                problem = text is "split" or "keep" ? null : new Problem($"'{text}' is not known", "say split or keep");
                return problem is null;
            },
            "split",
            "keep");

    /// <summary>How accesses are tracked.</summary>
    public static UnitOption<TrackerChoice> TrackerOption() =>
        OptionParsers.Make<TrackerChoice>(
            "--tracker",
            "How to track accesses: page-tables, idle-bitmap, or auto (page tables where they can be read).",
            "NAME",
            "auto",
            (text, out value, out problem) =>
            {
                value = text switch
                {
                    "page-tables" => TrackerChoice.PageTables,
                    "idle-bitmap" => TrackerChoice.IdleBitmap,
                    _ => TrackerChoice.Best,
                };
                problem = text is "auto" or "page-tables" or "idle-bitmap" ? null
                    : new Problem($"there is no tracker '{text}'", "there are auto, page-tables and idle-bitmap");
                return problem is null;
            },
            "auto",
            "page-tables",
            "idle-bitmap");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (
            Option? option in new Option?[]
            {
                _fast,
                _interval,
                _scans,
                _rateLimit,
                _headroom,
                _dryRun,
                _tracker,
                _tiers,
                _override,
                _shareHeat,
                _hugePages,
                _heatmap,
                _heatmapSize,
                _summary,
                _events,
                _json,
            })
        {
            if (option is not null)
            {
                command.Options.Add(option);
            }
        }

        command.Validators.Add(result =>
        {
            // Not its value, which it does not have when nothing follows it: that is said elsewhere.
            if (
                result.GetResult(_heatmap) is { Tokens: [{ Value: { } path }, ..] }
                    && !path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)
                    && !path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            {
                result.AddError($"--heatmap: '{path}' ends neither in .svg nor in .png");
            }

            if (result.GetResult(_heatmapSize) is not null && result.GetResult(_heatmap) is null)
            {
                result.AddError("--heatmap-size is the size of a picture; give --heatmap FILE too");
            }
        });
    }

    /// <summary>What the command line says.</summary>
    public ManagementSettings In(ParseResult parsed)
    {
        (TimeSpan min, TimeSpan max) = _interval.In(parsed);
        TimeSpan first = new TieringOptions().FirstInterval;
        return new ManagementSettings
        {
            Fast = _fast.In(parsed),
            Tiering = new TieringOptions
            {
                ScansPerRound = _scans.In(parsed),
                MinInterval = min,
                MaxInterval = max,
                FirstInterval = first < min ? min : first > max ? max : first,
                RateLimitBytesPerSecond = _rateLimit.In(parsed),
                HeadroomFraction = _headroom.In(parsed),
                ShareHeat = _shareHeat is not null && parsed.GetValue(_shareHeat),
                HugePages = _hugePages?.In(parsed) ?? HugePagePolicy.Split,
                DryRun = parsed.GetValue(_dryRun),
            },
            Tracker = _tracker?.In(parsed) ?? TrackerChoice.Best,
            Tiers = _tiers?.In(parsed),
            PlacementRespect = _override is not null && parsed.GetValue(_override) ? PlacementRespect.CpusetOnly : PlacementRespect.Full,
            Heatmap = parsed.GetValue(_heatmap),
            HeatmapSize = _heatmapSize.In(parsed),
            SummaryJson = parsed.GetValue(_summary),
            Events = parsed.GetValue(_events),
            Json = _json is not null && parsed.GetValue(_json),
        };
    }
}
