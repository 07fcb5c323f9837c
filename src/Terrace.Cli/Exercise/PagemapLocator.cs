using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Linux;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Reads frame numbers from /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst) and looks up their nodes: about ten
/// times cheaper than
/// asking move_pages(2), but the kernel shows frame numbers to CAP_SYS_ADMIN only.
/// </summary>
internal sealed class PagemapLocator : IPageLocator, IDisposable
{
    private const ulong Present = 1UL << 63;
    private const ulong FrameMask = (1UL << 55) - 1;

    private readonly SafeFileHandle _file;
    private readonly LinuxMachine _machine;
    private FrameMap? _frames;
    private (ulong Start, ulong End)[] _fast = [];
    private ulong[] _entries = [];

    private PagemapLocator(SafeFileHandle file, LinuxMachine machine)
    {
        _file = file;
        _machine = machine;
    }

    /// <summary>
    /// Opens it; null when frame numbers are hidden from us. <paramref name="touched"/> is the address of a page that is present.
    /// </summary>
    public static PagemapLocator? TryOpen(LinuxMachine machine, ulong touched)
    {
        PagemapLocator? locator = null;
        try
        {
            locator = new PagemapLocator(File.OpenHandle("/proc/self/pagemap"), machine);
            bool[] fast = [false];
            if (locator.Locate(touched, fast) == 0 && (locator._entries[0] & FrameMask) != 0)
            {
                PagemapLocator opened = locator;
                locator = null;
                return opened;
            }

            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            locator?.Dispose();
        }
    }

    public int Locate(ulong address, Span<bool> fast)
    {
        if (_entries.Length < fast.Length)
        {
            _entries = new ulong[fast.Length];
        }

        Span<ulong> entries = _entries.AsSpan(0, fast.Length);
        if (
            RandomAccess.Read(
                _file,
                MemoryMarshal.AsBytes(entries),
                (long)(address >> Chunk.PageShift) * sizeof(ulong)) != entries.Length * sizeof(ulong))
        {
            return Errno.EIO;
        }

        (ulong Start, ulong End)[] ranges = FastRanges();
        for (int i = 0; i < entries.Length; i++)
        {
            ulong entry = entries[i];
            if ((entry & Present) == 0)
            {
                continue;
            }

            ulong frame = entry & FrameMask;
            bool isFast = false;
            foreach ((ulong start, ulong end) in ranges)
            {
                isFast |= frame - start < end - start;
            }

            fast[i] = isFast;
        }

        return 0;
    }

    public void Dispose() => _file.Dispose();

    // Memory that is plugged in or out meanwhile gives the machine another map.
    private (ulong Start, ulong End)[] FastRanges()
    {
        FrameMap frames = _machine.Frames;
        if (!ReferenceEquals(frames, _frames))
        {
            _frames = frames;
            List<(ulong Start, ulong End)> fast = [];
            foreach (FrameRange range in frames.Ranges)
            {
                if (_machine.Topology.TierOf(range.Node) == 0)
                {
                    fast.Add((range.Start, range.End));
                }
            }

            _fast = [.. fast];
        }

        return _fast;
    }
}
