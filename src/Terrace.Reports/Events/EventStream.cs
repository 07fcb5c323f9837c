using System.Buffers;
using System.Text;
using System.Text.Json;
using Terrace.Core.HugePages;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Reports.Events;

/// <summary>
/// Writes what happens as one JSON object per line: <c>round</c>, <c>brokenOff</c>, <c>gone</c>, <c>scanFailed</c>; the caller adds
/// <c>summary</c>. Buffers are used again, so that a round makes no garbage.
/// </summary>
internal sealed class EventStream : IRoundObserver, IDisposable
{
    private readonly TextWriter _output;
    private readonly bool _ownsOutput;
    private readonly ArrayBufferWriter<byte> _bytes = new(2048);
    private readonly Utf8JsonWriter _json;
    private char[] _chars = new char[2048];

    public EventStream(TextWriter output, bool ownsOutput)
    {
        _output = output;
        _ownsOutput = ownsOutput;
        _json = new Utf8JsonWriter(_bytes);
    }

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(report);
        RoundPages pages = report.Pages;
        _json.WriteStartObject();
        _json.WriteString("event"u8, "round"u8);
        _json.WriteNumber("pid"u8, report.Pid);
        _json.WriteNumber("round"u8, report.Round);
        _json.WriteNumber("seconds"u8, Math.Round(report.At.TotalSeconds, 3));
        _json.WriteNumber("pages"u8, pages.Mapped);
        _json.WriteNumber("immovablePages"u8, pages.Immovable);
        _json.WriteNumber("fastPagesBefore"u8, pages.Before[Tier.Top]);
        _json.WriteNumber("fastPagesAfter"u8, pages.After[Tier.Top]);
        _json.WriteNumber("budgetPages"u8, pages.Budget);
        _json.WriteNumber("hotPages"u8, pages.Hot);
        _json.WriteNumber("touchedPages"u8, pages.Touched);
        _json.WriteNumber("coldPages"u8, pages.Cold);
        _json.WriteNumber("hotThreshold"u8, pages.HotThreshold);
        _json.WriteNumber("estimatedHitRatio"u8, Math.Round(pages.EstimatedHitRatio, 5));
        Milliseconds("intervalMs"u8, report.Scans.Interval);
        Milliseconds("restMs"u8, report.Scans.Rest);
        _json.WriteNumber("looks"u8, report.Scans.Looks);
        _json.WriteBoolean("calledByLook"u8, report.Scans.CalledByLook);
        _json.WriteNumber("chunksAtRest"u8, report.Scans.ChunksAtRest);
        Milliseconds("readMs"u8, report.Cost.Read);
        Milliseconds("clearMs"u8, report.Cost.Clear);
        Milliseconds("longestClearMs"u8, report.Cost.LongestClear);
        Milliseconds("moveMs"u8, report.Moves.Time);
        _json.WriteNumber("plannedPromotions"u8, report.Moves.PlannedPromotions);
        _json.WriteNumber("plannedDemotions"u8, report.Moves.PlannedDemotions);
        Tally("promoted"u8, report.Moves.Promoted);
        Tally("demoted"u8, report.Moves.Demoted);
        Milliseconds("shareMs"u8, report.Cost.Share);
        _json.WriteNumber("sharedHotPages"u8, report.Shared.Hot);
        _json.WriteNumber("sharedColdPages"u8, report.Shared.Cold);
        HugePages(report.HugePages);
        _json.WriteNumber("heldBackResting"u8, report.HeldBack.Resting);
        _json.WriteNumber("heldBackNotWorth"u8, report.HeldBack.NotWorth);
        _json.WriteNumber("heldBackPressure"u8, report.HeldBack.Pressure);
        _json.WriteNumber("heldBackNoRoom"u8, report.HeldBack.NoRoom);
        _json.WriteNumber("moveRate"u8, Math.Round(report.MoveRate, 4));
        Names("backOff"u8, BackOffNames.NamesOf(report.BackOff));
        _json.WriteNumber("missedPages"u8, report.Missed.Pages);
        Names("missedBecause"u8, MissedNames.NamesOf(report.Missed.Reasons));
        _json.WriteStartArray("fullNodes"u8);
        foreach (int node in report.Missed.FullNodes)
        {
            _json.WriteNumberValue(node);
        }

        _json.WriteEndArray();
        ByTier(pages, report.Moves);
        EndLine();
    }

    private void HugePages(in RoundHugePages pages)
    {
        _json.WriteNumber("hugePages"u8, pages.Whole);
        _json.WriteNumber("splitHugePages"u8, pages.Split);
        _json.WriteNumber("watchedHugePages"u8, pages.Watched);
        _json.WriteNumber("nowSplit"u8, pages.NowSplit);
        _json.WriteNumber("nowJoined"u8, pages.NowJoined);
        _json.WriteNumber("joinedByOthers"u8, pages.JoinedByOthers);
        _json.WriteNumber("splitsRefused"u8, pages.Refused);
        if (pages.Use is { } use)
        {
            _json.WriteNumber("hugePageUse"u8, Math.Round(use, 4));
        }

        Milliseconds("hugePageMs"u8, pages.Time);
    }

    private void Names(ReadOnlySpan<byte> member, IReadOnlyList<string> names)
    {
        _json.WriteStartArray(member);
        for (int i = 0; i < names.Count; i++)
        {
            _json.WriteStringValue(names[i]);
        }

        _json.WriteEndArray();
    }

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        _json.WriteStartObject();
        _json.WriteString("event"u8, "brokenOff"u8);
        _json.WriteNumber("pid"u8, report.Pid);
        _json.WriteNumber("seconds"u8, Math.Round(report.At.TotalSeconds, 3));
        Milliseconds("readMs"u8, report.Cost.Read);
        Milliseconds("clearMs"u8, report.Cost.Clear);
        Milliseconds("longestClearMs"u8, report.Cost.LongestClear);
        Milliseconds("moveMs"u8, report.Moves.Time);
        _json.WriteNumber("plannedPromotions"u8, report.Moves.PlannedPromotions);
        _json.WriteNumber("plannedDemotions"u8, report.Moves.PlannedDemotions);
        Tally("promoted"u8, report.Moves.Promoted);
        Tally("demoted"u8, report.Moves.Demoted);
        ByTier(report.Pages, report.Moves);
        EndLine();
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        _json.WriteStartObject();
        _json.WriteString("event"u8, "gone"u8);
        _json.WriteNumber("pid"u8, pid);
        EndLine();
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        _json.WriteStartObject();
        _json.WriteString("event"u8, "scanFailed"u8);
        _json.WriteNumber("pid"u8, pid);
        _json.WriteNumber("errno"u8, errno);
        EndLine();
    }

    /// <summary>Writes that the host keeps this guest's memory otherwise; the layout itself is in the file that is followed.</summary>
    public void OnLayout(long epoch, long generation, int ranges, TimeSpan at)
    {
        _json.WriteStartObject();
        _json.WriteString("event"u8, "layout"u8);
        _json.WriteNumber("epoch"u8, epoch);
        _json.WriteNumber("generation"u8, generation);
        _json.WriteNumber("seconds"u8, Math.Round(at.TotalSeconds, 3));
        _json.WriteNumber("ranges"u8, ranges);
        EndLine();
    }

    /// <summary>
    /// What kept events from being written, the first time; null while all are. Nothing is written after it: a stream with holes
    /// would lie, and who manages processes must not stop for it.
    /// </summary>
    public IOException? Failure { get; private set; }

    /// <summary>Writes a line that is JSON already.</summary>
    public void WriteLine(string json) => Put(json);

    public void Dispose()
    {
        _json.Dispose();
        if (!_ownsOutput)
        {
            return;
        }

        try
        {
            _output.Dispose();
        }
        catch (IOException failure)
        {
            // It tries once more to write what could not be written.
            Failure ??= failure;
        }
    }

    private void Put(ReadOnlySpan<char> line)
    {
        if (Failure is not null)
        {
            return;
        }

        try
        {
            _output.Write(line);
            _output.Write('\n');
            _output.Flush();
        }
        catch (IOException failure)
        {
            Failure = failure;
        }
    }

    private void ByTier(in RoundPages pages, MoveReport moves)
    {
        _json.WriteStartArray("tierPages"u8);
        for (int tier = 0; tier < pages.Tiers; tier++)
        {
            _json.WriteNumberValue(pages.After[tier]);
        }

        _json.WriteEndArray();
        _json.WriteStartArray("tierMoves"u8);
        foreach (TierMoves way in moves.ByTier)
        {
            _json.WriteStartObject();
            _json.WriteNumber("from"u8, way.From);
            _json.WriteNumber("to"u8, way.To);
            _json.WriteNumber("moved"u8, way.Pages.Moved);
            _json.WriteNumber("failed"u8, way.Pages.Total - way.Pages.Moved - way.Pages[MoveResult.AlreadyThere]);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Milliseconds(ReadOnlySpan<byte> name, TimeSpan time) => _json.WriteNumber(name, Math.Round(time.TotalMilliseconds, 3));

    private void Tally(ReadOnlySpan<byte> name, MoveTally tally)
    {
        _json.WriteStartObject(name);
        _json.WriteNumber("moved"u8, tally[MoveResult.Moved]);
        _json.WriteNumber("alreadyThere"u8, tally[MoveResult.AlreadyThere]);
        _json.WriteNumber("busy"u8, tally[MoveResult.Busy]);
        _json.WriteNumber("gone"u8, tally[MoveResult.Gone]);
        _json.WriteNumber("noMemory"u8, tally[MoveResult.NoMemory]);
        _json.WriteNumber("denied"u8, tally[MoveResult.Denied]);
        _json.WriteNumber("processGone"u8, tally[MoveResult.ProcessGone]);
        _json.WriteEndObject();
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        ReadOnlySpan<byte> written = _bytes.WrittenSpan;
        if (_chars.Length < written.Length)
        {
            _chars = new char[written.Length * 2];
        }

        int count = Encoding.UTF8.GetChars(written, _chars);
        Put(_chars.AsSpan(0, count));
        _bytes.ResetWrittenCount();
        _json.Reset();
    }
}
