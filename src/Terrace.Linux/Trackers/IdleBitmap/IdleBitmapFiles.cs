using Terrace.Linux.Interop;

namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>The machine's files that the idle-bitmap tracker needs, opened once for all processes when the first one does.</summary>
internal sealed class IdleBitmapFiles : IDisposable
{
    /// <summary>Path of the bitmap.</summary>
    public const string BitmapPath = "/sys/kernel/mm/page_idle/bitmap";

    private LinuxFile? _bitmap;
    private LinuxFile? _pageFlags;

    /// <summary>One bit for each page frame.</summary>
    public LinuxFile Bitmap => _bitmap!;

    /// <summary>One word of flags for each page frame.</summary>
    public LinuxFile PageFlags => _pageFlags!;

    /// <summary>Opens what is not open yet: 0, or the error number.</summary>
    public int TryOpen()
    {
        int error = _bitmap is null ? LinuxFile.TryOpenReadWrite(BitmapPath, out _bitmap) : 0;
        return error != 0 || _pageFlags is not null ? error : LinuxFile.TryOpenRead("/proc/kpageflags", out _pageFlags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bitmap?.Dispose();
        _pageFlags?.Dispose();
    }
}
