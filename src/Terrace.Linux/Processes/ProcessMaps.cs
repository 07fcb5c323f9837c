using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Processes;

/// <summary>
/// The mappings of one address space. The open /proc/PID/maps pins it: it holds a reference on the mm_struct, so that the kernel
/// cannot use that structure, nor its top page table, for another process while this is open, and after execve or exit it reads as
/// empty (fs/proc/task_mmu.c, proc_maps_open).
/// </summary>
public sealed class ProcessMaps : IDisposable
{
    private readonly LineFeed _lines;
    private AddressRange[] _managed = new AddressRange[64];
    private int _count;

    private ProcessMaps(LinuxFile file) => _lines = new LineFeed(file);

    /// <summary>What an operator says of mappings; before what the program says of them (<see cref="Advice"/>, then <see cref="WorkloadHint"/>).</summary>
    internal IMappingRules? Rules { get; set; }

    /// <summary>What the program says of its addresses while it runs; before what it says by names.</summary>
    internal ProcessAdvice? Advice { get; set; }

    /// <summary>What the process has chosen of where its memory lies; before all else. Null: nothing is known of it.</summary>
    internal ProcessPlacement? Placement { get; set; }

    /// <summary>Ranges that are not treated by heat alone, applied to a scan on its way to the heat map.</summary>
    internal TreatmentSink Treatments { get; } = new();

    /// <summary>True when the last reading found mappings and none of them is to be managed.</summary>
    internal bool LeavesAllAlone { get; private set; }

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

    /// <summary>True for kinds whose pages Terrace tracks and moves.</summary>
    public static bool IsManaged(MappingKind kind) => kind is not (MappingKind.ProgramText or MappingKind.Device or MappingKind.KernelProvided);

    /// <summary>Opens the maps of a process: 0, or the error number.</summary>
    internal static int TryOpen(string path, out ProcessMaps? maps)
    {
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        maps = error == 0 ? new ProcessMaps(file!) : null;
        return error;
    }

    /// <summary>
    /// Reads the mappings again: their number (0: the address space is gone), or minus the error number (ESRCH: so is the process).
    /// </summary>
    internal int Refresh()
    {
        if (Placement?.IsReadingDue == true)
        {
            Placement.ReadPolicies();
        }

        int mappings = Pass();
        if (mappings > 0 && Placement?.IsReadingDue == true)
        {
            // There are mappings whose policy is not known.
            Placement.ReadPolicies();
            mappings = Pass();
        }

        return mappings;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private int Pass()
    {
        _count = 0;
        Treatments.Clear();
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
        return _lines.Error == 0 ? mappings : -_lines.Error;
    }

    private void Add(MapsLine mapping)
    {
        if (!IsManaged(mapping.Kind) || Placement?.LeavesAlone(mapping.Start, mapping.End) == true)
        {
            return;
        }

        // The file is read in pieces while mappings come and go: what was reported stays reported once.
        ulong start = _count > 0 ? Math.Max(mapping.Start, _managed[_count - 1].End) : mapping.Start;
        MappingTreatment? hint = WorkloadHint.In(mapping.Name);
        while (start < mapping.End)
        {
            ulong until = mapping.End;
            MappingTreatment? said = Rules?.TreatmentOf(mapping.Kind, mapping.Name, start, mapping.End, out until);
            said ??= Advice?.TreatmentOf(mapping.Kind, mapping.Name, start, until, out until);
            MappingTreatment treatment = said ?? hint ?? MappingTreatment.ByHeat;
            if (treatment != MappingTreatment.Ignored)
            {
                AddRange(new AddressRange(start, until));
                Treatments.Add(new AddressRange(start, until), treatment);
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
