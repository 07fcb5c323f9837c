using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>
/// One command on the layout of one memory. A change is written down before it begins: what is wanted, where pages and policies
/// were, and, as it proceeds, from which page on there is still to do. Killed at any instant it leaves a
/// file from which the same command continues, and from which <c>abort</c> goes back.
/// </summary>
internal sealed class LayoutSession(
    LayoutMemory memory, IMachine machine, LayoutStore store, LayoutOptions options, LayoutProgress progress, CancellationToken stop)
{
    /// <summary>Pages that are busy at first are tried so often.</summary>
    private const int Attempts = 3;

    private readonly Transplant _transplant = new(memory, new TokenBucket(options.RateLimitBytesPerSecond, TimeProvider.System), stop)
    {
        SlicePages = (int)Math.Clamp(options.SliceBytes / Chunk.PageBytes, 1, Transplant.WindowPages),
    };
    private readonly long _begin = TimeProvider.System.GetTimestamp();

    // Not known of a change that was begun by another run: taken for true.
    private bool _isTight = true;

    private string Key => memory.Keys[0];

    /// <summary>The layout that is known, and where pages are.</summary>
    public LayoutReport Show()
    {
        LayoutState? state = store.Read(Key);
        MemoryLayout layout = state is null || !Fits(state) ? MemoryLayout.Empty : store.Layout(Key, state.To);
        return Counted(LayoutOutcome.Shown, layout, state);
    }

    /// <summary>Puts pages where a layout says, or continues that.</summary>
    public LayoutReport Change(MemoryLayout to, string command)
    {
        using IDisposable locks = options.DryRun ? NoLock.Instance : store.Lock(memory.Keys);
        LayoutState? known = store.Read(Key);
        bool begun = known is not null && known.Phase != LayoutPhase.Done;
        if (begun && (!Fits(known!) || known!.Phase == LayoutPhase.Back || known.To != LayoutRanges.Write(to)))
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"another change of this layout is {(known!.Phase == LayoutPhase.Prepared ? "prepared" : "not finished")}: {known.Command}",
                known.Phase == LayoutPhase.Back
                    ? $"terrace layout abort {Target(known)} continues to take it back"
                    : $"terrace layout commit {Target(known)} carries it out, terrace layout abort {Target(known)} gives it up");
        }

        LayoutState state = begun ? known! : new LayoutState
        {
            Memory = memory.Name,
            IsGuest = memory.IsGuest,
            Pages = memory.Parts.Aggregate(0UL, (sum, part) => sum + part.Span.Pages),
            Phase = LayoutPhase.Prepared,
            Command = command,
            To = LayoutRanges.Write(to),
            Before = known is not null && Fits(known) ? known.To : "",
        };
        if (options.DryRun)
        {
            return Counted(LayoutOutcome.DryRun, to, begun ? known : state);
        }

        if (options.Prepare && state.Phase == LayoutPhase.Prepared)
        {
            store.Write(Key, state);
            return Counted(LayoutOutcome.Prepared, to, state);
        }

        return CarryOut(state, to);
    }

    /// <summary>Carries out what was prepared, or continues what was begun.</summary>
    public LayoutReport Commit()
    {
        using IDisposable locks = store.Lock(memory.Keys);
        LayoutState state = Begun("commit");
        return state.Phase == LayoutPhase.Back
            ? throw new CommandFailure(
                ExitCode.Unavailable,
                $"this change is being taken back: {state.Command}",
                $"terrace layout abort {Target(state)} continues that")
            : CarryOut(state, store.Layout(Key, state.To));
    }

    /// <summary>Gives up what was prepared, or takes back what was begun.</summary>
    public LayoutReport Abort()
    {
        using IDisposable locks = store.Lock(memory.Keys);
        LayoutState state = Begun("abort");
        if (state.Phase == LayoutPhase.Prepared)
        {
            Forget(state);
            return Counted(LayoutOutcome.Aborted, store.Layout(Key, state.Before), store.Read(Key));
        }

        return TakeBack(state, fullNode: null);
    }

    private LayoutState Begun(string what)
    {
        LayoutState? state = store.Read(Key);
        return state is null || state.Phase == LayoutPhase.Done
            ? throw new CommandFailure(
                ExitCode.Unavailable,
                $"there is nothing to {what}: no change of the layout of {memory.Name} is prepared or begun",
                "see terrace layout show")
            : Fits(state) ? state
            : throw new CommandFailure(
                ExitCode.Unavailable,
                $"this change was started under the name {state.Memory}",
                $"use that name: terrace layout {what} {Target(state)}");
    }

    private LayoutReport CarryOut(LayoutState state, MemoryLayout to)
    {
        if (state.Phase == LayoutPhase.Prepared && Remember(ref state, to) is { } interrupted)
        {
            return interrupted;
        }

        LayoutBook book = new(store.Layout(Key, state.Before));
        book.TryPrepare(book.Current.With(to));
        if (_transplant.PlaceNewPages(to) is not 0 and var error)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"the kernel does not accept the policy for new pages: {ErrorWords.Of(error)}",
                $"check whether a cpuset forbids this program a node; terrace layout abort {Target(state)} gives the change up");
        }

        ulong point = store.ReadPoint(Key);
        TransplantEnd made = MakeRoom(to);
        if (made.Outcome != TransplantOutcome.Done)
        {
            return Unfinished(made with { Point = 0 }, state, to);
        }

        for (int attempt = 1; ; attempt++)
        {
            TransplantEnd end = _transplant.Run(to, point, Reached);
            if (end.Outcome != TransplantOutcome.Done)
            {
                return Unfinished(end, state, to);
            }

            LayoutCensus census = new(to);
            end = _transplant.Survey(census.Add);
            if (end.Outcome != TransplantOutcome.Done)
            {
                return Unfinished(end with { Point = 0 }, state, to);
            }

            if (census.Elsewhere == 0 || attempt == Attempts)
            {
                book.TryCommit();
                state = state with
                {
                    Phase = LayoutPhase.Done,
                    To = LayoutRanges.Write(book.Current),
                    Before = "",
                    Origin = null,
                    Policies = [],
                };
                store.Write(Key, state);
                return Report(census.Elsewhere == 0 ? LayoutOutcome.Done : LayoutOutcome.Incomplete, to, census, state);
            }

            point = 0;
        }
    }

    // Where fast memory is nearly full, what leaves it makes room for what comes, wherever in the memory either is.
    private TransplantEnd MakeRoom(MemoryLayout to) => _transplant.Run(
        _isTight ? MemoryLayout.Of(to.Ranges.ToArray().Where(range => machine.Topology.TierOf(range.Node) > 0)) : MemoryLayout.Empty,
        0,
        point => progress.IsDue(point, _transplant.MovedPages));

    // What going back needs is written down before anything is changed.
    private LayoutReport? Remember(ref LayoutState state, MemoryLayout to)
    {
        LayoutCensus census = new(to);
        TransplantEnd end = _transplant.Survey(census.Add);
        if (end.Outcome != TransplantOutcome.Done)
        {
            return Unfinished(end, state, to);
        }

        MemoryLayout? origin = census.AsLayout;
        if (origin is null && options.RollBackOnFull)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                "where its pages are is too scattered to be recorded, so they could not be moved back",
                "add --on-full stop; terrace layout abort is not possible then");
        }

        _isTight = machine.Topology.Tiers.Take(1)
            .Any(top => top.Any(node => census.ToCome(node) * Chunk.PageBytes > machine.FreeBytes(node) - machine.ReserveBytes(node)));
        state = state with
        {
            Phase = LayoutPhase.Moving,
            Origin = origin is null ? null : LayoutRanges.Write(origin),
            Policies = LayoutPolicies.Read(memory, to),
        };
        store.WritePoint(Key, 0);
        store.Write(Key, state);
        return null;
    }

    private LayoutReport Unfinished(TransplantEnd end, LayoutState state, MemoryLayout to)
    {
        switch (end.Outcome)
        {
            case TransplantOutcome.Gone:
                store.Remove(Key);
                return Report(LayoutOutcome.Gone, MemoryLayout.Empty, new LayoutCensus(MemoryLayout.Empty), null) with { What = end.What };
            case TransplantOutcome.Failed:
                throw new CommandFailure(ExitCode.Unavailable, end.What, "the same command continues");
            case TransplantOutcome.Full when state.Phase == LayoutPhase.Moving && options.RollBackOnFull:
                return TakeBack(state, end.Node);
            default:
                if (state.Phase != LayoutPhase.Prepared)
                {
                    store.WritePoint(Key, end.Point);
                }

                LayoutReport report = end.Outcome == TransplantOutcome.Stopped
                    ? Report(LayoutOutcome.Interrupted, to, new LayoutCensus(to), state)
                    : Counted(LayoutOutcome.Full, to, state) with { FullNode = end.Node };
                return report with { Point = end.Point };
        }
    }

    private LayoutReport TakeBack(LayoutState state, int? fullNode)
    {
        if (state.Origin is not { } text)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                "where its pages were was too scattered to be recorded, so they cannot be moved back",
                $"terrace layout commit {Target(state)} continues it instead");
        }

        MemoryLayout origin = store.Layout(Key, text);
        MemoryLayout before = store.Layout(Key, state.Before);
        store.WritePoint(Key, 0);
        state = state with { Phase = LayoutPhase.Back };
        store.Write(Key, state);
        LayoutPolicies.Restore(memory, state.Policies);
        _ = _transplant.PlaceNewPages(before);
        TransplantEnd end = _transplant.Run(origin, 0, Reached);
        if (end.Outcome != TransplantOutcome.Done)
        {
            return Unfinished(end, state, origin);
        }

        Forget(state);
        return Counted(LayoutOutcome.RolledBack, origin, store.Read(Key)) with { FullNode = fullNode };
    }

    // The layout that was in force before is it again.
    private void Forget(LayoutState state)
    {
        if (state.Before.Length == 0)
        {
            store.Remove(Key);
            return;
        }

        store.Write(
            Key,
            state with { Phase = LayoutPhase.Done, Command = "as before", To = state.Before, Before = "", Origin = null, Policies = [] });
    }

    private void Reached(ulong point)
    {
        if (progress.IsDue(point, _transplant.MovedPages))
        {
            store.WritePoint(Key, point);
        }
    }

    private LayoutReport Counted(string outcome, MemoryLayout layout, LayoutState? state)
    {
        LayoutCensus census = new(layout);
        TransplantEnd end = _transplant.Survey(census.Add);
        if (end.Outcome == TransplantOutcome.Failed)
        {
            throw new CommandFailure(ExitCode.Unavailable, end.What, "terrace layout show counts them when that is over");
        }

        return end.Outcome == TransplantOutcome.Gone
            ? Report(LayoutOutcome.Gone, layout, census, state) with { What = end.What }
            : Report(
                end.Outcome == TransplantOutcome.Stopped && outcome is LayoutOutcome.Shown or LayoutOutcome.DryRun
                    ? LayoutOutcome.Interrupted
                    : outcome,
                layout,
                census,
                state);
    }

    private LayoutReport Report(string outcome, MemoryLayout layout, LayoutCensus census, LayoutState? state)
    {
        progress.Clear();
        Dictionary<int, long> laidOut = [];
        List<LayoutRangeReport> ranges = new(layout.Ranges.Length);
        foreach (FrameRange range in layout.Ranges)
        {
            laidOut[range.Node] = laidOut.GetValueOrDefault(range.Node) + (long)(range.End - range.Start);
            ranges.Add(new LayoutRangeReport(range.Start * (ulong)Chunk.PageBytes, range.End * (ulong)Chunk.PageBytes, range.Node));
        }

        return new LayoutReport
        {
            Memory = memory.Name,
            IsGuest = memory.IsGuest,
            Pages = memory.Parts.Aggregate(0UL, (sum, part) => sum + part.Span.Pages),
            Outcome = outcome,
            Phase = state?.Phase ?? LayoutPhase.None,
            Command = state?.Command,
            Point = state?.Phase is LayoutPhase.Moving or LayoutPhase.Back ? store.ReadPoint(Key) : null,
            NewPagesFollow = memory.PlacesNewPages,
            InUsePages = census.InUse,
            ElsewherePages = census.Elsewhere,
            MovedPages = _transplant.MovedPages,
            Milliseconds = TimeProvider.System.GetElapsedTime(_begin).TotalMilliseconds,
            Nodes =
            [
                .. census.Nodes.Union(laidOut.Keys)
                    .Order()
                    .Select(
                        node => new LayoutNodeReport(
                            node, laidOut.GetValueOrDefault(node), census.On(node), census.ToCome(node), machine.FreeBytes(node))),
            ],
            Ranges = ranges,
        };
    }

    // Pages are numbered alike, and are as many.
    private bool Fits(LayoutState state) =>
        state.IsGuest == memory.IsGuest && state.Pages == memory.Parts.Aggregate(0UL, (sum, part) => sum + part.Span.Pages);

    private string Target(LayoutState state) => Fits(state) && !memory.IsGuest ? memory.Name : state.IsGuest ? "PID" : "FILE";
}
