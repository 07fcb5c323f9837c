using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;

namespace Terrace.Cli.Run;

/// <summary>
/// What a fixed share keeps out of fast memory although there is room for it. That is what a fixed share is for, but who gives one for the
/// first time does not expect it: it is said once, as soon as it happens.
/// </summary>
internal sealed class WithheldMemory(CliConsole console, IMachine machine, ManagementSettings settings)
{
    // Less is noise: lists of free pages of the processors, and what the command itself takes.
    private const double LeastPart = 0.01;

    private bool _said;

    /// <summary>
    /// Bytes of the processes beyond their shares that fast memory could have taken when last looked at, with its reserve and the headroom
    /// left free.
    /// </summary>
    public long Bytes { get; private set; }

    /// <summary>Looks at what was found of the processes so far.</summary>
    /// <param name="targets">The processes.</param>
    /// <param name="says">Say it, the first time; not at the end, where the summary does.</param>
    public void Look(IReadOnlyList<TargetSummary> targets, bool says = true)
    {
        // At the end all are gone, and what they left is no room that they could have had.
        if (settings.Fast.IsAuto || settings.Tiering.DryRun || !targets.Any(target => target is { Rounds: > 0, Gone: false }))
        {
            return;
        }

        machine.Refresh();
        long room = new FastRoom(machine, settings.Tiering.HeadroomFraction).PagesIn(Tier.Top);
        Bytes = Math.Max(0, Math.Min(room, targets.Sum(BeyondShare))) * Chunk.PageBytes;
        if (!says || _said || Bytes < LeastPart * machine.Topology.Tiers[0].Sum(machine.Topology.CapacityBytesOf))
        {
            return;
        }

        _said = true;
        console.Error.WriteLine(
            $"terrace: note: --fast {settings.Fast} keeps {ByteSize.Format(Bytes)} out of fast memory that it has room for; "
                + "--fast auto lets it in");
    }

    private long BeyondShare(TargetSummary target) =>
        target.Gone ? 0 : Math.Max(0, target.Pages - settings.Fast.PagesOf(target.Pages)!.Value);
}
