using Terrace.Core.Machine;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// What a process has chosen of where its memory lies, kept up to date as its mappings come and go. Mappings with a policy of
/// their own choice are left alone; so is
/// all of a process whose cpuset allows one tier only. Passes over the mappings ask in ascending order, between
/// <see cref="BeginPass"/> and <see cref="EndPass"/>.
/// </summary>
/// <remarks>
/// Policies are read rarely, since that is expensive: at first, when a mapping came that is not known or one was cut, and now and
/// then for policies that were
/// set on whole mappings. In between a mapping has the policy of the one that it overlaps: the kernel joins mappings only when
/// their policies are equal
/// (can_vma_merge_before, mm/vma.c). One that overlaps none waits: it is left alone until its policy has been read.
/// </remarks>
internal sealed class ProcessPlacement
{
    /// <summary>Readings for mappings that came or changed take at most one part in N of the time.</summary>
    private const int WaitsForChanged = 100;

    /// <summary>Readings without such a reason take at most one part in N of the time.</summary>
    private const int WaitsForOthers = 1000;

    private static readonly TimeSpan s_changedEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_othersEvery = TimeSpan.FromSeconds(60);

    /// <summary>While mappings cannot have changed only the process's own policy can have (set_mempolicy(2)).</summary>
    private static readonly TimeSpan s_unchangedEvery = TimeSpan.FromMinutes(5);

    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly List<(ulong Start, bool Chosen)> _read = [];
    private readonly PolicyReader? _policies;
    private List<Known> _known = [];
    private List<Known> _seen = [];
    private int _next;
    private bool _changed;
    private bool _mayHaveChanged;
    private bool _placeable;
    private Topology? _passedTopology;

    // A policy that names all nodes chooses none, until another node comes.
    private Topology? _readTopology;
    private PlacementRespect? _passedRespect;
    private PlacementRespect _respect;
    private long? _allowedAt;
    private long? _readAt;
    private TimeSpan _cost;
    private TimeSpan _reading;

    /// <summary>Of the process whose /proc folder (or a captured one) is given; the caller pins it.</summary>
    public ProcessPlacement(string folder, IMachine machine, TimeProvider? time = null, ProcessCalls? calls = null)
    {
        _machine = machine;
        _time = time ?? TimeProvider.System;
        Allowed = AllowedNodes.Of(folder + "/status", calls);
        _policies = PolicyReader.TryOpen(folder + "/numa_maps", calls ?? ProcessCalls.Direct);
    }

    /// <summary>Nodes that its cpuset allows.</summary>
    public AllowedNodes Allowed { get; }

    /// <summary>How far all this is respected; changes hold from the next pass on.</summary>
    public PlacementRespect Respect
    {
        get => _respect;
        set
        {
            // What was known before may be long past.
            _readAt = value != _respect ? null : _readAt;
            _respect = value;
        }
    }

    /// <summary>A policy that Terrace itself started the process under; null for none.</summary>
    public MemoryPolicy? GivenPolicy { get; set; }

    /// <summary>Memory of mappings whose policy it chose, bytes, as of the last reading.</summary>
    public long ChosenBytes => _policies?.ChosenBytes ?? 0;

    /// <summary>False when its cpuset allows the nodes of one tier only.</summary>
    public bool HasTiers => Allowed.AllowTwoTiers(_machine.Topology);

    /// <summary>True when policies are to be read, and a pass is to follow.</summary>
    public bool IsReadingDue
    {
        get
        {
            if (Respect != PlacementRespect.Full || _policies is null || !HasTiers)
            {
                return false;
            }

            if (_readAt is not { } readAt)
            {
                return true;
            }

            TimeSpan since = _time.GetElapsedTime(readAt);
            return ((_changed || _readTopology != _machine.Topology) && since >= Longer(s_changedEvery, _cost * WaitsForChanged))
                || since >= Longer(_mayHaveChanged ? s_othersEvery : s_unchangedEvery, _cost * WaitsForOthers);
        }
    }

    /// <summary>True when a pass over the same mappings as in the last one would come out otherwise.</summary>
    public bool IsPassDue => RefreshAllowed() || _passedRespect != Respect || _passedTopology != _machine.Topology;

    /// <summary>Mappings, or their policies, may have changed.</summary>
    public void NoteChange() => _mayHaveChanged = true;

    /// <summary>Reads all policies.</summary>
    public void ReadPolicies()
    {
        BeginPolicies();
        ReadPolicies(WorkPart.All);
    }

    /// <summary>Begins to read all policies.</summary>
    public void BeginPolicies()
    {
        _read.Clear();
        _reading = TimeSpan.Zero;
        _readTopology = _machine.Topology;
        _policies!.Begin(_readTopology, GivenPolicy);
    }

    /// <summary>Reads on; false when there is more.</summary>
    public bool ReadPolicies(WorkPart part)
    {
        long start = _time.GetTimestamp();
        bool ended = _policies!.ReadOn(_read, part);
        long now = _time.GetTimestamp();
        _reading += _time.GetElapsedTime(start, now);
        if (ended)
        {
            (_readAt, _cost) = (now, _reading);
            TakePolicies();
        }

        return ended;
    }

    /// <summary>Ends a reading before the last mapping.</summary>
    public void EndPolicies() => _policies?.End();

    private void TakePolicies()
    {
        _changed = _mayHaveChanged = false;
        if (!_policies!.IsWhole)
        {
            return;
        }

        // Where mappings end the file does not say: the next pass does.
        _known.Clear();
        foreach ((ulong address, bool chosen) in _read)
        {
            _known.Add(new Known(address, address + 1, chosen));
        }
    }

    /// <summary>Begins a pass over the mappings.</summary>
    public void BeginPass()
    {
        RefreshAllowed();
        (_passedRespect, _passedTopology) = (Respect, _machine.Topology);
        _placeable = Respect == PlacementRespect.None || HasTiers;
        _seen.Clear();
        _next = 0;
    }

    /// <summary>True when the mapping is to be left alone.</summary>
    public bool LeavesAlone(ulong start, ulong end)
    {
        if (!_placeable)
        {
            return true;
        }

        if (Respect != PlacementRespect.Full || _policies is null)
        {
            return false;
        }

        while (_next < _known.Count && _known[_next].End <= start)
        {
            _next++;
        }

        bool known = false;
        bool chosen = false;
        for (int i = _next; i < _known.Count && _known[i].Start < end; i++)
        {
            known = true;
            chosen |= _known[i].Chosen;
            _changed |= start > _known[i].Start || end < _known[i].End;
        }

        if (known)
        {
            _seen.Add(new Known(start, end, chosen));
        }

        _changed |= !known;
        return !known || chosen;
    }

    /// <summary>Ends a pass: what was not seen in it is not known any more.</summary>
    public void EndPass()
    {
        if (Respect == PlacementRespect.Full)
        {
            (_known, _seen) = (_seen, _known);
        }
    }

    /// <summary>True when the address belongs to a mapping whose policy the process chose.</summary>
    public bool IsChosen(ulong address) => _known.Exists(mapping => mapping.Chosen && mapping.Start <= address && address < mapping.End);

    /// <summary>Starts over: the process has replaced its address space.</summary>
    public void StartAnew()
    {
        _known.Clear();
        _readAt = null;
    }

    private bool RefreshAllowed()
    {
        if (_allowedAt is { } at && _time.GetElapsedTime(at) < s_changedEvery)
        {
            return false;
        }

        _allowedAt = _time.GetTimestamp();
        return Allowed.Refresh();
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private readonly record struct Known(ulong Start, ulong End, bool Chosen);
}
