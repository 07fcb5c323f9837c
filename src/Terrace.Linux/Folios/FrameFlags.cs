using System.Runtime.InteropServices;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Folios;

/// <summary>/proc/kpageflags: a word of flags for each page frame. For root only.</summary>
/// <param name="path">The file, or a captured one in tests.</param>
internal sealed class FrameFlags(string path = "/proc/kpageflags") : IFrameFlags, IDisposable
{
    private LinuxFile? _file;
    private bool _tried;

    /// <inheritdoc/>
    public int Read(ulong frame, Span<ulong> flags)
    {
        if (!_tried)
        {
            _tried = true;
            _ = LinuxFile.TryOpenRead(path, out _file);
        }

        int read = _file?.ReadFully((long)frame * sizeof(ulong), MemoryMarshal.AsBytes(flags)) ?? 0;
        return Math.Max(read, 0) / sizeof(ulong);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
