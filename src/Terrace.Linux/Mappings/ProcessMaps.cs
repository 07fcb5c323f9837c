using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The lines of /proc/PID/maps of one address space. The open file pins it: it holds a reference on the mm_struct, so that the
/// kernel cannot use that structure, nor its top page table, for another process while this is open, and after execve or exit it
/// reads as empty (fs/proc/task_mmu.c, proc_maps_open).
/// </summary>
public sealed class ProcessMaps : IDisposable
{
    private readonly LineFeed _lines;

    private ProcessMaps(LinuxFile file, ProcessCalls calls)
    {
        _lines = new LineFeed(file, calls);
        Descriptor = DescriptorLimit.NumberOf(file);
    }

    /// <summary>Number of its open file.</summary>
    internal int Descriptor { get; }

    /// <summary>0, or the error number that ended the reading.</summary>
    internal int Error => _lines.Error;

    /// <summary>The mappings with their names, by address; empty when the process is gone or may not be read.</summary>
    public static IReadOnlyList<ProcessMapping> Describe(int pid, BoundedCalls? calls = null)
    {
        List<ProcessMapping> mappings = [];
        if (TryOpen($"/{LivingThread.FolderOf(pid)}/maps", new ProcessCalls(pid, calls), out ProcessMaps? maps) != 0)
        {
            return mappings;
        }

        using (maps)
        {
            maps!.Restart();
            while (maps.TryNext(out MapsLine mapping))
            {
                mappings.Add(new ProcessMapping(
                    mapping.Start,
                    mapping.End,
                    Encoding.ASCII.GetString(mapping.Permissions),
                    mapping.Kind,
                    Encoding.UTF8.GetString(mapping.Name)));
            }

            return maps.Error == 0 ? mappings : [];
        }
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

    /// <summary>Opens the maps of a process: 0, or the error number.</summary>
    internal static int TryOpen(string path, ProcessCalls calls, out ProcessMaps? maps)
    {
        int error = LinuxFile.TryOpenRead(path, calls, out LinuxFile? file);
        maps = error == 0 ? new ProcessMaps(file!, calls) : null;
        return error;
    }

    /// <summary>Begins at the first mapping.</summary>
    internal void Restart() => _lines.Restart();

    /// <summary>Ends a reading before the last mapping.</summary>
    internal void End() => _lines.End();

    /// <summary>Takes the next mapping; it holds until the next call. False at the end, or at an error.</summary>
    internal bool TryNext(out MapsLine mapping)
    {
        while (_lines.TryNext(out ReadOnlySpan<byte> line))
        {
            if (MapsLine.TryParse(line, out mapping))
            {
                return true;
            }
        }

        mapping = default;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
