using Terrace.Core.Units;
using Terrace.Linux.Files;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Layout;

/// <summary>Finds who has some memory in its address space, and where.</summary>
internal static class LayoutMappings
{
    /// <summary>Where a QEMU process has its guest's memory.</summary>
    public static IReadOnlyList<LayoutMapping> OfGuest(int pid) =>
        [
            .. GuestMemory.Of(pid)
                .Where(ram => ram.GuestStart is not null)
                .Select(ram => new LayoutMapping(pid, ram.Start, ram.End, ram.GuestStart!.Value >> Chunk.PageShift)),
        ];

    /// <summary>Where processes, other than this one, share a file; those that may not be looked at are left out.</summary>
    public static IReadOnlyList<LayoutMapping> OfFile(FileStatus file)
    {
        FileTree tree = new("/");
        FileIdentity identity = new(file.Device, file.Inode);
        List<LayoutMapping> found = [];
        foreach ((string name, long pid) in tree.Numbered("proc", ""))
        {
            ReadOnlySpan<byte> text = pid == Environment.ProcessId ? null : tree.Read($"proc/{name}/maps");
            while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
            {
                if (MapsLine.TryParse(line, out MapsLine mapping) && mapping.IsShared && mapping.File == identity)
                {
                    found.Add(new LayoutMapping((int)pid, mapping.Start, mapping.End, mapping.Offset >> Chunk.PageShift));
                }
            }
        }

        return found;
    }
}
