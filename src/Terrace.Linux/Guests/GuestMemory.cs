using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Guests;

/// <summary>
/// Finds which mappings of a QEMU process are its guest's memory, and at which guest-physical addresses, from its command line
/// and its mappings alone. Only what fits
/// exactly is told: a mapping, or neighbours that are alike, of the very size that the command line asks for.
/// </summary>
public static class GuestMemory
{
    /// <summary>Finds it in a process that runs; empty for one that is no QEMU, is gone or may not be read.</summary>
    public static IReadOnlyList<GuestRam> Of(int pid, BoundedCalls? calls = null) => Of(pid, ProcessMaps.Describe(pid, calls), calls);

    /// <summary>Finds it among mappings of a process that were read already.</summary>
    public static IReadOnlyList<GuestRam> Of(int pid, IReadOnlyList<ProcessMapping> mappings, BoundedCalls? calls = null)
    {
        string[] arguments = ProcessCommandLine.WordsOf(FileTree.OfHost, pid, calls);
        return arguments.Length > 0 && QemuArguments.IsQemu(arguments[0]) ? Find(arguments, mappings) : [];
    }

    /// <summary>Finds it, ascending.</summary>
    /// <param name="arguments">QEMU's command line, the program first.</param>
    /// <param name="mappings">Its mappings, by address.</param>
    public static IReadOnlyList<GuestRam> Find(IReadOnlyList<string> arguments, IReadOnlyList<ProcessMapping> mappings)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(mappings);
        QemuMemory memory = QemuMemory.Read(arguments);
        List<ProcessMapping> runs = Runs(mappings);
        List<GuestRam> found = [];
        foreach (
            IGrouping<(long, string?, bool, bool), MemoryBackend> alike in memory.Backends.GroupBy(
                backend => (backend.Bytes, backend.Path, backend.IsMemfd, backend.IsShared)))
        {
            List<MemoryBackend> backends = [.. alike];
            List<ProcessMapping> fitting = [.. runs.Where(run => Fits(backends[0], run))];
            if (fitting.Count != backends.Count)
            {
                continue;
            }

            foreach (ProcessMapping run in fitting)
            {
                // Which of several that are alike is which, nothing tells.
                found.Add(backends.Count == 1 ? Told(memory, backends[0], run.Start, run.End) : new GuestRam(run.Start, run.End, "", null));
            }
        }

        // A mapping that fits backends of two kinds may be either's, so it is left out.
        IEnumerable<GuestRam> told = found.GroupBy(ram => ram.Start).Where(same => same.Count() == 1).SelectMany(same => same);

        // What crosses the hole below 4 GiB lies in two parts.
        return [.. told.SelectMany(ram => Split(memory, ram, backendOf: ram.Backend)).OrderBy(ram => ram.Start)];
    }

    /// <summary>
    /// The guest-physical address of a byte of the process; null for what is not known to be guest memory, or where it is.
    /// </summary>
    public static ulong? AddressOf(IReadOnlyList<GuestRam> ram, ulong address)
    {
        ArgumentNullException.ThrowIfNull(ram);
        return ram.FirstOrDefault(part => part.Start <= address && address < part.End) is { GuestStart: { } start } found
            ? start + (address - found.Start)
            : null;
    }

    private static GuestRam Told(QemuMemory memory, MemoryBackend backend, ulong start, ulong end) =>
        new(start, end, backend.Id, backend.RamOffset is { } offset && memory.AddressOf(offset) is { } address ? (ulong)address : null);

    private static IEnumerable<GuestRam> Split(QemuMemory memory, GuestRam ram, string backendOf)
    {
        long? offset = memory.Backends.FirstOrDefault(backend => backend.Id == backendOf)?.RamOffset;
        if (
            ram.GuestStart is not null
                && offset is { } from
                && memory.LowBytes is { } low
                && from < low
                && from + (long)(ram.End - ram.Start) > low)
        {
            ulong middle = ram.Start + (ulong)(low - from);
            return [ram with { End = middle }, ram with { Start = middle, GuestStart = (ulong)memory.AddressOf(low)! }];
        }

        return [ram];
    }

    // QEMU sets policies and advice on parts of its memory, which splits mappings: neighbours that are alike are one.
    private static List<ProcessMapping> Runs(IReadOnlyList<ProcessMapping> mappings)
    {
        List<ProcessMapping> runs = [];
        foreach (ProcessMapping mapping in mappings)
        {
            if (
                runs.Count > 0
                    && runs[^1].End == mapping.Start
                    && runs[^1].Permissions == mapping.Permissions
                    && runs[^1].Kind == mapping.Kind
                    && runs[^1].Name == mapping.Name)
            {
                runs[^1] = runs[^1] with { End = mapping.End };
            }
            else
            {
                runs.Add(mapping);
            }
        }

        return runs;
    }

    private static bool Fits(MemoryBackend backend, ProcessMapping run) =>
        run.End - run.Start == (ulong)backend.Bytes
        && run.Permissions.StartsWith("rw", StringComparison.Ordinal)
        && run.Permissions[3] == (backend.IsShared ? 's' : 'p')
        && (backend.Path is { } path ? path.Length > 0 && run.Name.StartsWith(path, StringComparison.Ordinal)
            : backend.IsMemfd ? run.Name.StartsWith("/memfd:", StringComparison.Ordinal)
            : backend.IsShared ? run.Kind == MappingKind.SharedMemory
            : run.Kind == MappingKind.Anonymous);
}
