using System.Runtime.InteropServices;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The page map of a process, /proc/PID/pagemap, which is open only while it is read; the caller pins the process.
/// </summary>
internal sealed class PageEntries(string folder, ProcessCalls calls) : IPageEntries
{
    private readonly byte[] _path = BriefFile.PathOf(folder + "/pagemap");

    /// <inheritdoc/>
    public bool TryRead(ulong chunk, Span<ulong> entries)
    {
        using BriefFile file = BriefFile.Adopt(calls.OpenRead(_path));
        Span<byte> bytes = MemoryMarshal.AsBytes(entries[..Chunk.Pages]);
        return file.Error == 0 && calls.Read(file.Descriptor, (long)chunk * bytes.Length, bytes) == bytes.Length;
    }
}
