using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Terrace.Cli.CommandLine;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>What the commands below <c>terrace layout</c> have in common.</summary>
internal sealed class LayoutOptionSet(bool changes, bool begins)
{
    private const string RollBack = "rollback";
    private const string Stop = "stop";

    private readonly UnitOption<long> _rateLimit = OptionParsers.Rate("--rate-limit", "Most bytes moved per second.", "256MiB/s");
    private readonly UnitOption<long> _slice = OptionParsers.Size(
        "--slice",
        "Most bytes moved in one step, up to 16M. Smaller steps stall the memory's user less, but take longer in all.",
        "16M",
        min: 4096,
        max: Transplant.WindowPages * Chunk.PageBytes);
    private readonly UnitOption<string> _onFull = OptionParsers.Make<string>(
        "--on-full",
        "When a node fills up midway: rollback undoes what was done; stop leaves it, and the same command continues.",
        "rollback|stop",
        RollBack,
        ReadOnFull,
        RollBack,
        Stop);
    private readonly UnitOption<TierChoice?> _tiers = TierOption.Create();
    private readonly Option<bool> _prepare = new("--prepare")
    {
        Description = "Only record the change; commit carries it out, abort gives it up.",
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show how much would move, and change nothing." };
    private readonly Option<bool> _json = new("--json") { Description = "Write JSON." };

    /// <summary>What it is about.</summary>
    public Argument<string> Target { get; } = new("PID|FILE")
    {
        Description = "A QEMU process, or a file on tmpfs (./123 if its name is a number).",
        HelpName = "PID|FILE",
    };

    /// <summary>Adds the options that a command has.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, Target);
        if (changes)
        {
            command.Options.Add(_rateLimit);
            command.Options.Add(_slice);
            command.Options.Add(_onFull);
            command.Options.Add(_tiers);
        }

        if (begins)
        {
            command.Options.Add(_prepare);
            command.Options.Add(_dryRun);
        }

        command.Options.Add(_json);
    }

    /// <summary>What was given on a command line.</summary>
    public LayoutOptions In(ParseResult parsed) => new()
    {
        RateLimitBytesPerSecond = _rateLimit.In(parsed),
        SliceBytes = _slice.In(parsed),
        Tiers = changes ? _tiers.In(parsed) : null,
        RollBackOnFull = _onFull.In(parsed) == RollBack,
        Prepare = begins && parsed.GetValue(_prepare),
        DryRun = begins && parsed.GetValue(_dryRun),
    };

    /// <summary>True when JSON was asked for.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    private static bool ReadOnFull(string text, out string value, [NotNullWhen(false)] out Problem? problem)
    {
        value = text;
        problem = text is RollBack or Stop ? null : new Problem($"'{text}' is neither {RollBack} nor {Stop}", "write one of them");
        return problem is null;
    }
}
