using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Linux.Files;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Layout;

/// <summary>
/// Makes parts of the guest memory of a QEMU process: of its files where it is shared, of the process where it is private or on
/// hugetlbfs, whose files have no policy of their own.
/// </summary>
internal sealed class GuestParts(int pid, PidFd process) : IDisposable
{
    private readonly List<LayoutPart> _parts = [];
    private readonly List<(SafeFileHandle File, FileStatus Status)> _files = [];

    /// <summary>The parts, ascending.</summary>
    public IReadOnlyList<LayoutPart> Parts => [.. _parts.OrderBy(part => part.Span.Start)];

    /// <summary>The files that parts are of.</summary>
    public IReadOnlyList<(SafeFileHandle File, FileStatus Status)> Files => _files;

    /// <summary>Finds them: null, or why it cannot be done.</summary>
    public LayoutRefusal? Find()
    {
        IReadOnlyList<GuestRam> memory = GuestMemory.Of(pid);
        if (ProblemOf(pid, memory) is { } problem)
        {
            return problem;
        }

        byte[] maps = new FileTree("/").Read($"proc/{pid}/maps") ?? [];
        return memory.Select(ram => Add(ram, maps)).FirstOrDefault(refusal => refusal is not null);
    }

    /// <summary>Why the memory that was found in a process cannot be told page by page; null when it can.</summary>
    internal static LayoutRefusal? ProblemOf(int pid, IReadOnlyList<GuestRam> memory)
    {
        if (memory.Count == 0)
        {
            return new LayoutRefusal(
                LayoutRefusalReason.NotSuitable,
                $"process {pid} shows no memory of a guest",
                $"give the number of a QEMU process, or the path of the file that its guest's memory is; terrace manage --pid {pid} "
                    + $"places the pages of any process by heat");
        }

        if (memory.Any(ram => ram.GuestStart is null))
        {
            return new LayoutRefusal(
                LayoutRefusalReason.NotSuitable,
                $"the command line of process {pid} does not say where its memory lies in the guest",
                "give the paths of the files that the memory is, one after the other");
        }

        if (memory.Any(ram => ram.GuestStart % Chunk.PageBytes != 0 || ram.End % Chunk.PageBytes != 0))
        {
            return new LayoutRefusal(
                LayoutRefusalReason.NotSuitable,
                $"the memory of process {pid} is not in whole pages",
                "give the guest a size that is a multiple of 4 KiB");
        }

        return null;
    }

    /// <summary>Lets go of all that was found.</summary>
    public void Dispose()
    {
        foreach (LayoutPart part in _parts)
        {
            part.Dispose();
        }
    }

    private LayoutRefusal? Add(GuestRam ram, ReadOnlySpan<byte> maps)
    {
        ulong first = ram.GuestStart!.Value >> Chunk.PageShift;
        PageSpan span = new(first, first + ((ram.End - ram.Start) >> Chunk.PageShift));
        while (KernelText.TakeLine(ref maps, out ReadOnlySpan<byte> line))
        {
            if (!MapsLine.TryParse(line, out MapsLine mapping) || ram.Start < mapping.Start || ram.Start >= mapping.End)
            {
                continue;
            }

            if (!mapping.IsShared)
            {
                _parts.Add(new ProcessLayoutPart(process, ram.Start, span));
                return null;
            }

            // The mapping leads to its very file, also to a memfd, a removed one, or one that QEMU has closed (proc_pid_map_files(5)).
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}");
            return AddFile(path, ram.Start, (long)(mapping.Offset + (ram.Start - mapping.Start)), span);
        }

        return new LayoutRefusal(
            LayoutRefusalReason.Missing, $"the memory of process {pid} is being unmapped", "see whether it still runs");
    }

    private LayoutRefusal? AddFile(string path, ulong address, long offset, PageSpan span)
    {
        if (!LayoutMemory.TryOpen(path, out SafeFileHandle? file, out FileStatus status, out LayoutRefusal? refusal))
        {
            return refusal;
        }

        if (FileStatus.FileSystemOf(file!) == FileStatus.HugeTlbFs)
        {
            // Huge pages move whole when the process that has them mapped is named (add_folio_for_migration, mm/migrate.c).
            file!.Dispose();
            _parts.Add(new ProcessLayoutPart(process, address, span));
            return null;
        }

        refusal = LayoutMemory.ProblemOf($"the memory of process {pid}", file!, status);
        if (refusal is null && FileLayoutPart.TryOpen(file!, offset >> Chunk.PageShift, span, out FileLayoutPart? part) == 0)
        {
            _parts.Add(part!);
            _files.Add((file!, status));
            return null;
        }

        file!.Dispose();
        return refusal
            ?? new LayoutRefusal(
                LayoutRefusalReason.NotSuitable, "this kernel has no pidfd_open(2)", "Linux 5.3 or newer is needed");
    }
}
