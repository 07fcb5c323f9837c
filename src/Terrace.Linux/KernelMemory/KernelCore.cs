using System.Runtime.InteropServices;
using Terrace.Linux.Interop;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Reads kernel memory through /proc/kcore. The kernel brings its list of memory up to date only when the file is opened
/// (fs/proc/kcore.c, kcore_update_ram), so after memory hotplug it must be opened again; then the data of all segments may also
/// have moved within the file, so a reader must check what it reads against what it knows, and <see cref="Reload"/> on doubt.
/// </summary>
internal sealed class KernelCore : IPhysicalMemory, IDisposable
{
    private readonly string _path;
    private LinuxFile _file;
    private CoreSegment[] _byVirtual = [];
    private CoreSegment[] _byPhysical = [];
    private CoreSegment _lastPhysical;
    private CoreSegment _lastVirtual;

    private KernelCore(string path, LinuxFile file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>NUMBER(…) values are read from here once.</summary>
    public byte[] VmCoreInfo { get; private set; } = [];

    /// <summary>Opens the file: 0; an error number; EINVAL when it is not an ELF64 core.</summary>
    public static int TryOpen(string path, out KernelCore? core)
    {
        core = null;
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        KernelCore opened = new(path, file!);
        if (!opened.ReadHeaders())
        {
            opened.Dispose();
            return Errno.EINVAL;
        }

        core = opened;
        return 0;
    }

    /// <summary>Opens the file again. True when the segments are not what they were. On failure the old view stays.</summary>
    public bool Reload()
    {
        if (LinuxFile.TryOpenRead(_path, out LinuxFile? file) != 0)
        {
            return false;
        }

        LinuxFile oldFile = _file;
        CoreSegment[] oldSegments = _byVirtual;
        _file = file!;
        if (!ReadHeaders())
        {
            _file = oldFile;
            file!.Dispose();
            return false;
        }

        oldFile.Dispose();
        return !oldSegments.AsSpan().SequenceEqual(_byVirtual);
    }

    /// <inheritdoc/>
    public bool TryReadPhysical(ulong address, Span<byte> buffer)
    {
        if (address - _lastPhysical.Physical >= _lastPhysical.Bytes && !Find(_byPhysical, address, physical: true, out _lastPhysical))
        {
            return false;
        }

        ulong within = address - _lastPhysical.Physical;
        return within + (ulong)buffer.Length <= _lastPhysical.Bytes
            && _file.Read(_lastPhysical.FileOffset + (long)within, buffer) == buffer.Length;
    }

    /// <summary>Fills the buffer from a kernel virtual address; false when it is not mapped linearly or cannot be read.</summary>
    public bool TryReadVirtual(ulong address, Span<byte> buffer)
    {
        if (address - _lastVirtual.Virtual >= _lastVirtual.Bytes && !Find(_byVirtual, address, physical: false, out _lastVirtual))
        {
            return false;
        }

        ulong within = address - _lastVirtual.Virtual;
        return within + (ulong)buffer.Length <= _lastVirtual.Bytes
            && _file.Read(_lastVirtual.FileOffset + (long)within, buffer) == buffer.Length;
    }

    /// <summary>A 64-bit word at a kernel virtual address.</summary>
    public bool TryReadVirtual(ulong address, out ulong word)
    {
        word = 0;
        return TryReadVirtual(address, MemoryMarshal.AsBytes(new Span<ulong>(ref word)));
    }

    /// <summary>The physical address behind a kernel virtual address of the linear mapping.</summary>
    public bool TryPhysicalOf(ulong virtualAddress, out ulong physical)
    {
        bool found = Find(_byVirtual, virtualAddress, physical: false, out CoreSegment segment)
            && segment.Physical != CoreSegment.NoPhysical;
        physical = found ? segment.Physical + (virtualAddress - segment.Virtual) : 0;
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool ReadHeaders()
    {
        byte[] buffer = new byte[4096];
        int read = _file.ReadFully(0, buffer);
        int needed = read > 0 ? CoreFileHeaders.HeaderBytes(buffer.AsSpan(0, read)) : 0;
        if (needed == 0)
        {
            return false;
        }

        buffer = needed > buffer.Length ? new byte[needed] : buffer;
        read = _file.ReadFully(0, buffer);
        if (read <= 0 || CoreFileHeaders.TryParse(buffer.AsSpan(0, read)) is not { Segments.Length: > 0 } headers)
        {
            return false;
        }

        byte[] notes = new byte[headers.NoteBytes];
        if (_file.ReadFully(headers.NoteOffset, notes) == notes.Length)
        {
            VmCoreInfo = CoreFileHeaders.VmCoreInfo(notes).ToArray();
        }

        _byVirtual = [.. headers.Segments.OrderBy(segment => segment.Virtual)];

        // The kernel image is in the linear mapping too; of the two, that one covers all memory.
        _byPhysical =
        [
            .. headers.Segments.Where(segment => segment.Physical != CoreSegment.NoPhysical && !IsKernelImage(segment))
                .OrderBy(segment => segment.Physical),
        ];
        _lastPhysical = default;
        _lastVirtual = default;
        return true;
    }

    // Documentation/arch/x86/x86_64/mm.rst: the top 2 GiB hold the kernel image and modules.
    private static bool IsKernelImage(in CoreSegment segment) => segment.Virtual >= 0xffff_ffff_8000_0000;

    private static bool Find(CoreSegment[] sorted, ulong address, bool physical, out CoreSegment segment)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if ((physical ? sorted[middle].Physical : sorted[middle].Virtual) <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        segment = low > 0 ? sorted[low - 1] : default;
        return low > 0 && address - (physical ? segment.Physical : segment.Virtual) < segment.Bytes;
    }
}
