using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.HugePages;

/// <summary>
/// Finds huge pages of one process of which some base pages are hot and the others are not, where fast memory cannot hold all that are
/// in use. All pages of a huge page share one accessed bit, so a few are split and watched for some rounds. Those that pay are kept
/// split, the others are put together again. When most of a sample pay, larger ones follow, but no more than fast memory is short of;
/// else the next one is taken later, and later each time.
/// </summary>
internal sealed class SkewedPages
{
    /// <summary>Rounds that a sample is watched for; longer while it was hardly accessed.</summary>
    private const int WatchedRounds = 4;

    private const int MostWatchedRounds = 16;

    /// <summary>Fewer accesses than these, and pages for which that is fewer than they are, tell nothing.</summary>
    private const int LeastSeen = 64;

    /// <summary>What base pages get that were hot before the kernel put their huge page together: as if seen in most scans.</summary>
    private const int KnownHeat = 8;

    private const int FirstSample = 8;
    private const int MostWatched = 256;
    private const int Growth = 4;

    /// <summary>Part of the accesses for which it is said how many pages get them.</summary>
    private const double ShareOfUse = 0.9;

    /// <summary>What the last sample weighs against those before.</summary>
    private const double Weight = 0.25;

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(32);

    /// <summary>What is kept split is watched again after this time.</summary>
    private static readonly TimeSpan s_watchAgain = TimeSpan.FromMinutes(2);

    /// <summary>The same where it was not known how hot the hottest pages are, which the next rounds tell.</summary>
    private static readonly TimeSpan s_watchSoon = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_disputed = TimeSpan.FromMinutes(1);

    private readonly List<SplitChunk> _chunks = [];
    private readonly Dictionary<ulong, int> _indices = [];
    private readonly List<(ulong Chunk, bool Joins)> _work = [];
    private readonly Stack<PageUse> _spare = [];
    private int _sample = FirstSample;
    private int _paid;
    private int _judged;
    private int _watched;
    private int _sampled;
    private ulong _turn;
    private TimeSpan _sampleFrom;
    private TimeSpan _wait = s_firstWait;

    // Averages of what was watched: pages that nine tenths of the accesses need, pages hotter than the average, and accesses a second.
    private double? _use;
    private double _hotPages = Chunk.Pages / 4.0;
    private double? _perSecond;
    private HugeShortage _shortage;
    private TimeSpan? _joinedByOthers;

    /// <summary>What the round has done so far, and what there is.</summary>
    public RoundHugePages Done { get; private set; }

    /// <summary>Fast memory cannot hold all huge pages that every scan of the last round saw accessed.</summary>
    public bool IsScarce => _shortage.IsScarce;

    /// <summary>Accesses a second to a huge page, on average of those that were split to be watched; null before any were.</summary>
    public double? PerSecond => _perSecond;

    /// <summary>Others have put together lately what was split: rounds are to find that soon.</summary>
    public bool IsDisputed(TimeSpan now) => _joinedByOthers is { } joined && now - joined < s_disputed;

    /// <summary>A sample is being watched: rounds are to follow soon.</summary>
    public bool IsSampling => _sampled > 0;

    /// <summary>Forgets what was split: the address space is a new one, or huge pages are to be left alone.</summary>
    public void Clear()
    {
        for (int i = 0; i < _chunks.Count; i++)
        {
            Release(ref CollectionsMarshal.AsSpan(_chunks)[i]);
        }

        _chunks.Clear();
        _indices.Clear();
        _work.Clear();
        (_sample, _paid, _judged, _sampleFrom, _wait) = (FirstSample, 0, 0, TimeSpan.Zero, s_firstWait);
        (_use, _perSecond, _joinedByOthers, _shortage) = (null, null, null, default);
    }

    /// <summary>Looks at the end of a round at huge pages that are all to be kept: what was split is nobody's any more.</summary>
    public void Keep(in SkewTerms terms)
    {
        if (_chunks.Count > 0)
        {
            Clear();
        }

        Done = new RoundHugePages { Whole = terms.Heat.CountHuge() };
        _shortage = HugeShortage.Of(in terms, Done.Whole, _perSecond);
    }

    /// <summary>Judges at the end of a round what was split, and chooses what else is to be. True when there is something to do.</summary>
    public bool EndRound(in SkewTerms terms)
    {
        Done = new RoundHugePages { Whole = terms.Heat.CountHuge() };
        _work.Clear();
        for (int i = _chunks.Count - 1; i >= 0; i--)
        {
            if (!Look(ref CollectionsMarshal.AsSpan(_chunks)[i], in terms))
            {
                Release(ref CollectionsMarshal.AsSpan(_chunks)[i]);
                RemoveAt(i);
            }
        }

        if (_sampled == 0 && _judged > 0)
        {
            EndSample(terms.Now);
        }

        _shortage = HugeShortage.Of(in terms, Done.Whole, _perSecond);
        Choose(in terms);

        Done = Done with { Split = _chunks.Count - _sampled, Watched = _sampled, Use = _use / Chunk.Pages };
        return _work.Count > 0;
    }

    /// <summary>Does one thing that was chosen; false when there is no more to do.</summary>
    public bool DoOne(IHugePages pages, HeatMap heat, TimeSpan now)
    {
        if (_work.Count == 0)
        {
            return false;
        }

        (ulong chunk, bool joins) = _work[^1];
        _work.RemoveAt(_work.Count - 1);
        int index = IndexOf(chunk);
        if (joins && !heat.IsWhole(chunk))
        {
            // The kernel would fill the holes that the program has made, and bring back what was swapped out.
            RemoveAt(index);
            return _work.Count > 0;
        }

        bool done = joins ? pages.Join(chunk) : pages.Split(chunk);
        if (!done)
        {
            Done = Done with { Refused = Done.Refused + 1 };
            NoteRefused(index, joins, now);
        }
        else if (joins)
        {
            Done = Done with { NowJoined = Done.NowJoined + 1, Whole = Done.Whole + 1, Split = Done.Split - 1 };
            heat.LevelHeat(chunk);
            RemoveAt(index);
        }
        else
        {
            Done = Done with { NowSplit = Done.NowSplit + 1, Whole = Done.Whole - 1 };
            heat.ForgetHeat(chunk);
            if (index >= 0)
            {
                heat.SetHeat(chunk, _chunks[index].Hot, KnownHeat);
                CollectionsMarshal.AsSpan(_chunks)[index].IsAskedAgain = true;
            }
            else
            {
                Done = Done with { Watched = Done.Watched + 1 };
                _indices[chunk] = _chunks.Count;
                _chunks.Add(new SplitChunk(chunk) { State = SplitState.Asked, Use = Rent(), IsSampled = true });
                _sampled++;
            }
        }

        return _work.Count > 0;
    }

    /// <summary>What refuses is left alone until it has been watched again.</summary>
    private void NoteRefused(int index, bool joins, TimeSpan now)
    {
        if (index < 0)
        {
            // Not one of the sample then, which may be empty.
            _judged++;
            return;
        }

        ref SplitChunk chunk = ref CollectionsMarshal.AsSpan(_chunks)[index];
        chunk.IsAskedAgain = !joins;
        chunk.State = joins ? SplitState.Kept : chunk.State;
        chunk.LookAt = now + s_watchAgain;
    }

    /// <summary>Looks at one that was split; false when it is to be forgotten.</summary>
    private bool Look(ref SplitChunk chunk, in SkewTerms terms)
    {
        if (!terms.Heat.TryFind(Chunk.AddressOf(chunk.Number, 0), out HeatChunk pages))
        {
            _judged += chunk.IsSampled ? 1 : 0;
            return false;
        }

        if (pages.IsHuge)
        {
            return LookAtHuge(ref chunk, terms.Now);
        }

        if (chunk.State == SplitState.Kept && terms.Now >= chunk.LookAt && _watched < MostWatched)
        {
            (chunk.State, chunk.Use) = (SplitState.Watched, Rent());
            return true;
        }

        if (chunk.State is SplitState.Kept or SplitState.Joining)
        {
            (chunk.State, chunk.IsAskedAgain) = (SplitState.Kept, false);
            NoteHot(ref chunk, in pages);
            return true;
        }

        chunk.State = SplitState.Watched;
        chunk.Use!.Add(pages, terms.Heat.Scans, terms.Covered);
        bool isEnough = chunk.Use.Rounds >= WatchedRounds && chunk.Use.Rounds % 2 == 0 && chunk.Use.Seen >= LeastSeen;
        if (isEnough || chunk.Use.Rounds >= MostWatchedRounds)
        {
            Judge(ref chunk, in terms);
        }

        return true;
    }

    private void NoteHot(ref SplitChunk chunk, in HeatChunk pages)
    {
        Span<ulong> hot = chunk.Hot.AsWords();
        for (int word = 0; word < BitPlane.Words; word++)
        {
            hot[word] = pages.HeatFrom(word, (1 << PlaceMap.MaxPlaces) - 1, _shortage.HotHeat);
        }
    }

    private bool LookAtHuge(ref SplitChunk chunk, TimeSpan now)
    {
        if (chunk.State == SplitState.Asked || chunk.IsAskedAgain)
        {
            // The kernel took the call and did not split it.
            Done = Done with { Refused = Done.Refused + 1 };
            _judged += chunk.IsSampled ? 1 : 0;
            return false;
        }

        Done = Done with { JoinedByOthers = Done.JoinedByOthers + 1 };
        _joinedByOthers = now;
        if (chunk.State == SplitState.Watched || chunk.State == SplitState.Joining)
        {
            _judged += chunk.IsSampled ? 1 : 0;
            return false;
        }

        // It is known to pay.
        _work.Add((chunk.Number, Joins: false));
        return true;
    }

    private void Judge(ref SplitChunk chunk, in SkewTerms terms)
    {
        PageUse use = chunk.Use!;
        use.Resolve(terms.HotPerSecond);
        bool pays = use.Seen >= LeastSeen && terms.Pays(use);
        if (use.Seen >= LeastSeen)
        {
            _use = use.IsUnderrated ? _use : Average(_use, use.PagesFor(ShareOfUse));
            _perSecond = Average(_perSecond, use.PerSecond);
            _hotPages = pays ? Average(_hotPages, use.PagesAboveAverage()) : _hotPages;
        }

        (_judged, _paid) = chunk.IsSampled ? (_judged + 1, _paid + (pays ? 1 : 0)) : (_judged, _paid);
        TimeSpan again = use.IsUnderrated ? s_watchSoon : s_watchAgain;
        Release(ref chunk);
        (chunk.State, chunk.LookAt) = (pays ? SplitState.Kept : SplitState.Joining, terms.Now + again);
        if (!pays)
        {
            _work.Add((chunk.Number, Joins: true));
        }
    }

    private void EndSample(TimeSpan now)
    {
        bool paid = _paid * 2 >= _judged;
        _sample = paid ? Math.Min(_sample * Growth, MostWatched) : FirstSample;
        _sampleFrom = paid ? now : now + _wait;
        _wait = paid ? s_firstWait : _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
        (_judged, _paid) = (0, 0);
    }

    /// <summary>
    /// Chooses huge pages that are in use, spread over the address space, where fast memory cannot hold all of them and what is hotter.
    /// </summary>
    private void Choose(in SkewTerms terms)
    {
        (long huge, long lacking) = (_shortage.Huge, _shortage.LackingPages);
        bool isDue = _sampled == 0 && terms.Now >= _sampleFrom;
        if (!isDue || huge < HugeShortage.LeastHuge || lacking < Chunk.Pages || terms.BudgetPages < Chunk.Pages)
        {
            return;
        }

        long wanted = (long)Math.Ceiling(lacking / Math.Max(1, Chunk.Pages - _hotPages));
        int count = (int)Math.Min(Math.Min(wanted, huge), Math.Min(_sample, MostWatched - _watched));
        Take(terms.Heat, huge, count);
    }

    private void Take(HeatMap heat, long huge, int count)
    {
        // One in N of them, beginning elsewhere each time.
        ulong stride = (ulong)Math.Max(1, huge / Math.Max(1, count));
        ulong skip = _turn++ * 7 % stride;
        for (int i = 0; i < heat.Chunks && count > 0; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            if (HugeShortage.IsInUse(in chunk) && skip-- == 0)
            {
                skip = stride - 1;
                if (IndexOf(chunk.Number) < 0)
                {
                    _work.Add((chunk.Number, Joins: false));
                    count--;
                }
            }
        }
    }

    private int IndexOf(ulong chunk) => _indices.GetValueOrDefault(chunk, -1);

    private void RemoveAt(int index)
    {
        _indices.Remove(_chunks[index].Number);
        if (index < _chunks.Count - 1)
        {
            _chunks[index] = _chunks[^1];
            _indices[_chunks[index].Number] = index;
        }

        _chunks.RemoveAt(_chunks.Count - 1);
    }

    private PageUse Rent()
    {
        _watched++;
        if (_spare.TryPop(out PageUse? use))
        {
            use.Clear();
            return use;
        }

        return new PageUse();
    }

    private void Release(ref SplitChunk chunk)
    {
        if (chunk.Use is { } use)
        {
            _spare.Push(use);
            _watched--;
        }

        _sampled -= chunk.IsSampled ? 1 : 0;
        (chunk.Use, chunk.IsSampled) = (null, false);
    }

    private static double Average(double? before, double value) => before is { } old ? old + (Weight * (value - old)) : value;
}
