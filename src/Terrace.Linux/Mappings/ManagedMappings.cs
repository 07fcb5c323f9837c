using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Which addresses of a process Terrace manages and how: its mappings as last read, by the operator's rules, what the process says
/// and what it chose. Stands once between whatever tracks the process and whatever wants to know of its heat.
/// </summary>
public sealed partial class ManagedMappings : IManagedRanges, IDisposable
{
    private readonly string _path;
    private readonly ProcessCalls _calls;
    private readonly SharedMappings _shared;
    private readonly PrivateMappings _private;
    private readonly SharedFiles _sharedFiles;
    private readonly TreatmentSink _treatments = new();
    private readonly AreaNumbers _areas = new();
    private readonly HugePools _pools;
    private ProcessMaps _maps;
    private AddressRange[] _ranges = new AddressRange[64];
    private int _count;
    private AddressRange[] _files = [];
    private int _fileCount;
    private readonly OwnChunks _ownChunks = new();
    private AddressRange[] _own = [];
    private int _ownCount;
    private IMappingRules? _rules;
    private object? _advised;
    private int _mappings;
    private long _untracked;
    private readonly FileExtents _untrackedFiles = new();

    // Of most processes there is none.
    private CommonView? _common;

    private ManagedMappings(
        string path, ProcessCalls calls, ProcessMaps maps, SharedFiles shared, AddressAdvice advice, ProcessPlacement placement)
    {
        _path = path;
        _calls = calls;
        _maps = maps;
        _shared = new SharedMappings(shared);
        _private = new PrivateMappings(shared.Families, path[..^"/maps".Length], this);
        _sharedFiles = shared;
        _pools = new HugePools(path[..^"maps".Length] + "mountinfo");
        Advice = advice;
        Placement = placement;
    }

    /// <summary>
    /// What an operator says of mappings; before what the program says of them (<see cref="Advice"/>, then
    /// <see cref="WorkloadHint"/>). Null for nothing. Holds from the next scan on.
    /// </summary>
    public IMappingRules? Rules
    {
        get => _rules;
        set
        {
            _rules = value;
            BreakOff();
            ForgetWhatWasRead();
        }
    }

    /// <summary>What the program says of its addresses while it runs; before what it says by names.</summary>
    public AddressAdvice Advice { get; }

    /// <summary>What the process has chosen of where its memory lies; before all else.</summary>
    internal ProcessPlacement Placement { get; }

    /// <summary>True when the last reading found mappings and none of them is to be managed.</summary>
    internal bool LeavesAllAlone { get; private set; }

    /// <summary>
    /// Bytes of mappings of pools of huge pages (hugetlbfs) that are left alone, because it cannot be seen which of their pages are
    /// accessed (<see cref="HugePools"/>). What the process maps several times over counts once.
    /// </summary>
    public long UntrackedBytes { get; private set; }

    /// <summary>
    /// Bytes of mappings of shared memory beyond the most that is followed of the same pages: accesses through them are not seen.
    /// </summary>
    public long UnfollowedBytes => _shared.UnfollowedBytes;

    /// <summary>Areas with shares of their own, as the last reading met them.</summary>
    public IReadOnlyList<FastArea> Areas => _areas.All;

    /// <summary>Ranges whose pages Terrace manages, ascending; neighbours are joined.</summary>
    internal ReadOnlySpan<AddressRange> Ranges => _ranges.AsSpan(0, _count);

    /// <summary>Those of them that are of no file and not shared, ascending; neighbours are joined.</summary>
    internal ReadOnlySpan<AddressRange> Own => _own.AsSpan(0, _ownCount);

    /// <summary>
    /// Those of them that are of files and large enough for a chunk, ascending: file systems may give page cache in folios, and nothing
    /// says of the machine whether any does.
    /// </summary>
    internal ReadOnlySpan<AddressRange> Files => _files.AsSpan(0, _fileCount);

    /// <summary>Pages of the last scan that are hot or cold because somebody says so.</summary>
    internal TreatedPages Treated => _treatments.Treated;

    /// <summary>
    /// How often the mappings were read: at each scan, except where the kernel says that they cannot have changed since the one
    /// before.
    /// </summary>
    public long Reads { get; private set; }

    /// <summary>Number of its open file.</summary>
    internal int Descriptor => _maps.Descriptor;

    /// <summary>Opens the mappings of a process: 0, or the error number.</summary>
    /// <param name="folder">The process's /proc folder, or a captured one; the caller pins the process.</param>
    /// <param name="machine">The machine that it runs on.</param>
    /// <param name="shared">What it may share with other managed processes.</param>
    /// <param name="mappings">The mappings; null after an error.</param>
    /// <param name="time">The clock that readings of what the process chose follow.</param>
    /// <param name="calls">Reads them; null: the calling thread does, however long that takes.</param>
    internal static int TryOpen(
        string folder,
        IMachine machine,
        SharedFiles shared,
        out ManagedMappings? mappings,
        TimeProvider? time = null,
        ProcessCalls? calls = null)
    {
        string path = folder + "/maps";
        calls ??= ProcessCalls.Direct;
        int error = ProcessMaps.TryOpen(path, calls, out ProcessMaps? maps);
        mappings = error == 0
            ? new ManagedMappings(
                path,
                calls,
                maps!,
                shared,
                new AddressAdvice(path, calls, shared),
                new ProcessPlacement(folder, machine, time, calls))
            : null;
        return error;
    }

    /// <summary>
    /// Begins a scan of the mappings as last read: each page that several processes share is taken for one of them, then
    /// treatments are applied, and the rest goes to <paramref name="inner"/>.
    /// </summary>
    internal IScanSink Before(IScanSink inner) =>
        _ownChunks.Before(
            _shared.Before(_private.Before(BeforeCommon(_treatments.Before(inner), _private.HasSiblings))), _own, _ownCount);

    /// <summary>Ends a scan that saw all that is mapped.</summary>
    internal void EndScan()
    {
        _shared.EndScan();
        _private.EndScan();
        _common?.EndScan();
    }

    /// <summary>Tells where its pages are, so that those it shares with processes that it forked, or that forked it, count once.</summary>
    internal void TellFrames(IFrameLookup frames) => _private.Join(frames);

    /// <summary>
    /// True when other managed processes have accessed shared pages since the last scan that may count as this one's.
    /// </summary>
    internal bool IsUsedByOthers => _shared.IsUsedByOthers || _private.IsUsedByOthers || _common?.IsUsedByOthers == true;

    /// <summary>
    /// Reads the mappings again: their number (0: the address space is gone), or minus the error number (ESRCH: so is the
    /// process). Without reading when they cannot have changed, which <paramref name="mayHaveChanged"/> says, and nothing has that
    /// says how they are treated.
    /// </summary>
    internal int Refresh(bool mayHaveChanged = true)
    {
        if (_isPrepared)
        {
            // What was prepared is of this moment; the change is for the next time.
            _isPrepared = false;
            _mayHaveChanged |= mayHaveChanged;
            return _mappings;
        }

        Begin(mayHaveChanged);
        ReadOn(WorkPart.All);
        return _mappings;
    }

    /// <summary>
    /// Opens the mappings of the same address space again, as another thread shows them: 0, or the error number. All that is known of
    /// them stays.
    /// </summary>
    internal int Reopen()
    {
        BreakOff();
        _maps.Dispose();
        int error = ProcessMaps.TryOpen(_path, _calls, out ProcessMaps? maps);
        _maps = error == 0 ? maps! : _maps;
        return error;
    }

    /// <summary>
    /// Goes over to the address space that execve(2) put in the place of the one before: 0, or the error number (ESRCH: there is none;
    /// ETIMEDOUT: it cannot be looked at now).
    /// </summary>
    internal int TryFollow()
    {
        // First, so that it needs no descriptor more than before: what it pinned is gone.
        BreakOff();
        _maps.Dispose();
        int error = ProcessMaps.TryOpen(_path, _calls, out ProcessMaps? maps);
        if (error != 0)
        {
            return error;
        }

        _maps = maps!;
        _shared.Dispose();
        _common?.Dispose();
        _private.Rejoin();
        ForgetWhatWasRead();
        Advice.NoteReplaced();
        Placement.StartAnew();
        return 0;
    }

    /// <inheritdoc/>
    BitPlane IManagedRanges.CoverageOf(ulong chunkStart)
    {
        BitPlane all = default;
        all.Fill(ulong.MaxValue);
        return _mappings == 0 ? all : AddressRange.CoverageOf(chunkStart, AddressRange.From(Ranges, chunkStart));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        BreakOff();
        _shared.Dispose();
        _private.Dispose();
        _common?.Dispose();
        _maps.Dispose();
        Advice.Dispose();
    }

    private IScanSink BeforeCommon(IScanSink inner, bool hasSiblings)
    {
        if (_common is null && (hasSiblings || _sharedFiles.Common.IsMerging))
        {
            string folder = _path[..^"/maps".Length];
            _common = new CommonView(_sharedFiles.Common, new PageEntries(folder, _calls), () => _private.Frames, folder);
        }

        return _common?.Before(inner, hasSiblings) ?? inner;
    }

    private void ForgetWhatWasRead()
    {
        _mappings = 0;
        _areas.Clear();
    }

    private void Add(MapsLine mapping)
    {
        bool ofPool = _pools.Has(mapping);
        MappingKind kind = ofPool ? MappingKind.HugeTlb : mapping.Kind;
        if (!ProcessMaps.IsManaged(kind) || Placement.LeavesAlone(mapping.Start, mapping.End))
        {
            return;
        }

        // The file is read in pieces while mappings come and go: what was reported stays reported once.
        ulong start = _count > 0 ? Math.Max(mapping.Start, _ranges[_count - 1].End) : mapping.Start;
        while (start < mapping.End)
        {
            ulong until = mapping.End;
            MappingRule? rule = Rules?.RuleFor(kind, mapping.Name, start, mapping.End, out until);
            if (rule is null && Advice.TreatmentOf(kind, mapping.Name, start, until, out until) is { } advised)
            {
                rule = new MappingRule(advised);
            }

            MappingTreatment treatment = rule?.Treatment ?? WorkloadHint.In(mapping.Name) ?? MappingTreatment.ByHeat;
            if (ofPool && treatment == MappingTreatment.ByHeat)
            {
                if (mapping.IsShared)
                {
                    _untrackedFiles.Add(mapping.File, mapping.Offset + (start - mapping.Start), until - start);
                }
                else
                {
                    _untracked += (long)(until - start);
                }
            }
            else if (treatment != MappingTreatment.Ignored)
            {
                Add(ref _ranges, ref _count, new AddressRange(start, until));
                if (kind is MappingKind.Anonymous or MappingKind.Heap or MappingKind.Stack && !mapping.IsShared)
                {
                    Add(ref _own, ref _ownCount, new AddressRange(start, until));
                }

                if (kind == MappingKind.File && until - start >= Chunk.Bytes)
                {
                    Add(ref _files, ref _fileCount, new AddressRange(start, until));
                }

                int area = rule is { } said
                    ? (said.Area is { } named ? _areas.NumberOf(named) : 0)
                    : _areas.NumberOfHint(WorkloadHint.ShareIn(mapping.Name));
                _treatments.Add(new AddressRange(start, until), treatment, area);
                if (mapping.IsShared)
                {
                    _private.AddShared(new AddressRange(start, until));
                    _shared.Add(new AddressRange(start, until), mapping.File, mapping.Offset + (start - mapping.Start));
                }
            }

            start = until;
        }
    }

    private static void Add(ref AddressRange[] ranges, ref int count, AddressRange range)
    {
        if (count > 0 && range.Start == ranges[count - 1].End)
        {
            ranges[count - 1] = ranges[count - 1] with { End = range.End };
            return;
        }

        if (count == ranges.Length)
        {
            Array.Resize(ref ranges, Math.Max(4, count * 2));
        }

        ranges[count++] = range;
    }
}
