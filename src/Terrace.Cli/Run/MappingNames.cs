using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.Run;

/// <summary>What people call the mappings of a process.</summary>
internal static class MappingNames
{
    private const string Deleted = " (deleted)";
    private const string Memfd = "/memfd:";

    /// <summary>Those of a process that runs, in order of address; guest memory of a virtual machine is called that.</summary>
    public static IReadOnlyList<NamedRange> Of(int pid)
    {
        IReadOnlyList<ProcessMapping> mappings = ProcessMaps.Describe(pid);
        return Of(mappings, GuestMemory.Of(pid, mappings));
    }

    /// <summary>Those of mappings that may be read or written; neighbours of one name are one.</summary>
    internal static IReadOnlyList<NamedRange> Of(IReadOnlyList<ProcessMapping> mappings, IReadOnlyList<GuestRam> guest)
    {
        List<NamedRange> ranges = [];
        foreach (ProcessMapping mapping in mappings.Where(mapping => !mapping.Permissions.StartsWith("---", StringComparison.Ordinal)))
        {
            string name = guest.Any(ram => ram.Start < mapping.End && mapping.Start < ram.End) ? "guest memory" : NameOf(mapping);
            if (ranges.Count > 0 && ranges[^1].End == mapping.Start && ranges[^1].Name == name)
            {
                ranges[^1] = ranges[^1] with { End = mapping.End };
            }
            else
            {
                ranges.Add(new NamedRange(mapping.Start, mapping.End, name));
            }
        }

        return ranges;
    }

    private static string NameOf(ProcessMapping mapping)
    {
        string name = mapping.Name.EndsWith(Deleted, StringComparison.Ordinal) ? mapping.Name[..^Deleted.Length] : mapping.Name;
        return mapping.Kind switch
        {
            MappingKind.Heap => "heap",
            MappingKind.Stack => "stack",
            MappingKind.Anonymous => Given(name) is { Length: > 0 } given ? given : PictureRanges.Anonymous,
            MappingKind.SharedMemory => name.StartsWith(Memfd, StringComparison.Ordinal) ? "memfd " + name[Memfd.Length..]
                : Given(name) is { Length: > 0 } given ? given
                : name.StartsWith("/dev/shm/", StringComparison.Ordinal) ? name
                : name.StartsWith("/SYSV", StringComparison.Ordinal) ? "System V segment"
                : "shared memory",
            MappingKind.HugeTlb => "huge pages",
            _ => Path.GetFileName(name),
        };
    }

    // [anon:name] and [anon_shmem:name], which prctl(2) PR_SET_VMA_ANON_NAME gives.
    private static string Given(string name)
    {
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && name.StartsWith('[') && name.EndsWith(']') ? name[(colon + 1)..^1] : "";
    }
}
