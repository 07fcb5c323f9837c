using System.Text;
using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The mappings of one address space. The open /proc/PID/maps pins it: it holds a reference on the mm_struct, so that the kernel
/// cannot use that structure, nor its top page table, for another process while this is open, and after execve or exit it reads as
/// empty (fs/proc/task_mmu.c, proc_maps_open).
/// </summary>
public sealed class ProcessMaps : IDisposable
{
    private readonly LineFeed _lines;
    private readonly SharedMappings _shared;
    private readonly TreatmentSink _treatments = new();
    private AddressRange[] _managed = new AddressRange[64];
    private int _count;
    private IMappingRules? _rules;
    private object? _advised;
    private int _mappings;

    private ProcessMaps(LinuxFile file, SharedFiles shared)
    {
        _lines = new LineFeed(file);
        _shared = new SharedMappings(shared);
    }

    /// <summary>
    /// What an operator says of mappings; before what the program says of them (<see cref="Advice"/>, then
    /// <see cref="WorkloadHint"/>).
    /// </summary>
    internal IMappingRules? Rules
    {
        get => _rules;
        set
        {
            _rules = value;
            _mappings = 0;
            Areas.Clear();
        }
    }

    /// <summary>What the program says of its addresses while it runs; before what it says by names.</summary>
    internal AddressAdvice? Advice { get; set; }

    /// <summary>What the process has chosen of where its memory lies; before all else. Null: nothing is known of it.</summary>
    internal ProcessPlacement? Placement { get; set; }

    /// <summary>True when the last reading found mappings and none of them is to be managed.</summary>
    internal bool LeavesAllAlone { get; private set; }

    /// <summary>Areas with shares of their own that were met in the mappings.</summary>
    internal AreaNumbers Areas { get; } = new();

    /// <summary>Ranges whose pages Terrace manages, ascending; neighbours are joined.</summary>
    internal ReadOnlySpan<AddressRange> Managed => _managed.AsSpan(0, _count);

    /// <summary>The mappings with their names, by address; empty when the process is gone or may not be read.</summary>
    public static IReadOnlyList<ProcessMapping> Describe(int pid)
    {
        List<ProcessMapping> mappings = [];
        ReadOnlySpan<byte> text = new FileTree("/").Read($"proc/{pid}/maps");
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (MapsLine.TryParse(line, out MapsLine mapping))
            {
                mappings.Add(new ProcessMapping(
                    mapping.Start,
                    mapping.End,
                    Encoding.ASCII.GetString(mapping.Permissions),
                    mapping.Kind,
                    Encoding.UTF8.GetString(mapping.Name)));
            }
        }

        return mappings;
    }

    /// <summary>
    /// How a mapping's page is treated, by the operator's rules or else by the mapping's name; <paramref name="byOperator"/> says
    /// by whom. Null for kinds that are not managed.
    /// </summary>
    public static MappingTreatment? TreatmentAt(ProcessMapping mapping, IMappingRules? rules, ulong address, out bool byOperator)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        byte[] name = Encoding.UTF8.GetBytes(mapping.Name);
        byOperator = false;
        if (!IsManaged(mapping.Kind))
        {
            return null;
        }

        // As scans ask: from the mapping's start on, since what is asked about may decide.
        ulong until = mapping.Start;
        MappingRule? told = null;
        while (until <= address && until < mapping.End)
        {
            ulong start = until;
            until = mapping.End;
            told = rules?.RuleFor(mapping.Kind, name, start, mapping.End, out until);
        }

        byOperator = told is not null;
        return told?.Treatment ?? WorkloadHint.In(name) ?? MappingTreatment.ByHeat;
    }

    /// <summary>True for kinds whose pages Terrace tracks and moves.</summary>
    public static bool IsManaged(MappingKind kind) =>
        kind is not (MappingKind.ProgramText or MappingKind.Device or MappingKind.KernelProvided);

    /// <summary>
    /// Opens the maps of a process: 0, or the error number. <paramref name="shared"/> is what it may share with other managed
    /// processes.
    /// </summary>
    internal static int TryOpen(string path, SharedFiles shared, out ProcessMaps? maps)
    {
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        maps = error == 0 ? new ProcessMaps(file!, shared) : null;
        return error;
    }

    /// <summary>Pages of the last scan that are hot or cold because somebody says so.</summary>
    internal TreatedPages Treated => _treatments.Treated;

    /// <summary>
    /// Begins a scan of the mappings as last read: each page that several processes share is taken for one of them, then
    /// treatments are applied, and the rest goes to <paramref name="inner"/>.
    /// </summary>
    internal IScanSink Before(IScanSink inner) => _shared.Before(_treatments.Before(inner));

    /// <summary>How often the mappings were read.</summary>
    internal long Reads { get; private set; }

    /// <summary>
    /// Reads the mappings again: their number (0: the address space is gone), or minus the error number (ESRCH: so is the
    /// process). Without reading when they cannot
    /// have changed, which <paramref name="mayHaveChanged"/> says, and nothing has that says how they are treated.
    /// </summary>
    internal int Refresh(bool mayHaveChanged = true)
    {
        if (mayHaveChanged)
        {
            Placement?.NoteChange();
        }

        if (Placement?.IsReadingDue == true)
        {
            Placement.ReadPolicies();
        }
        else if (!mayHaveChanged && _mappings > 0 && Advice?.State == _advised && Placement?.IsPassDue != true)
        {
            return _mappings;
        }

        _mappings = Pass();
        if (_mappings > 0 && Placement?.IsReadingDue == true)
        {
            // There are mappings whose policy is not known.
            Placement.ReadPolicies();
            _mappings = Pass();
        }

        return _mappings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shared.Dispose();
        _lines.Dispose();
    }

    private int Pass()
    {
        Reads++;
        _advised = Advice?.State;
        _count = 0;
        _treatments.Clear();
        _shared.BeginReading();
        Placement?.BeginPass();
        int mappings = 0;
        _lines.Restart();
        while (_lines.TryNext(out ReadOnlySpan<byte> line))
        {
            if (MapsLine.TryParse(line, out MapsLine mapping))
            {
                mappings++;
                Add(mapping);
            }
        }

        Placement?.EndPass();
        LeavesAllAlone = mappings > 0 && _count == 0;
        if (_lines.Error != 0)
        {
            return -_lines.Error;
        }

        _shared.EndReading();
        return mappings;
    }

    private void Add(MapsLine mapping)
    {
        if (!IsManaged(mapping.Kind) || Placement?.LeavesAlone(mapping.Start, mapping.End) == true)
        {
            return;
        }

        // The file is read in pieces while mappings come and go: what was reported stays reported once.
        ulong start = _count > 0 ? Math.Max(mapping.Start, _managed[_count - 1].End) : mapping.Start;
        while (start < mapping.End)
        {
            ulong until = mapping.End;
            MappingRule? rule = Rules?.RuleFor(mapping.Kind, mapping.Name, start, mapping.End, out until);
            if (rule is null && Advice?.TreatmentOf(mapping.Kind, mapping.Name, start, until, out until) is { } advised)
            {
                rule = new MappingRule(advised);
            }

            MappingTreatment treatment = rule?.Treatment ?? WorkloadHint.In(mapping.Name) ?? MappingTreatment.ByHeat;
            if (treatment != MappingTreatment.Ignored)
            {
                AddRange(new AddressRange(start, until));
                int area = rule is { } said
                    ? (said.Area is { } named ? Areas.NumberOf(named) : 0)
                    : Areas.NumberOfHint(WorkloadHint.ShareIn(mapping.Name));
                _treatments.Add(new AddressRange(start, until), treatment, area);
                if (mapping.IsShared)
                {
                    _shared.Add(new AddressRange(start, until), mapping.File, mapping.Offset + (start - mapping.Start));
                }
            }

            start = until;
        }
    }

    private void AddRange(AddressRange range)
    {
        if (_count > 0 && range.Start == _managed[_count - 1].End)
        {
            _managed[_count - 1] = _managed[_count - 1] with { End = range.End };
            return;
        }

        if (_count == _managed.Length)
        {
            Array.Resize(ref _managed, _count * 2);
        }

        _managed[_count++] = range;
    }
}
