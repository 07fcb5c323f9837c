using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// What a process has said of its own addresses while it runs. It holds for what is mapped there, now or later, until the process
/// says otherwise or replaces its
/// address space: an open /proc/PID/maps notices that (see <see cref="ProcessMaps"/>).
/// </summary>
public sealed class AddressAdvice : IDisposable
{
    /// <summary>Ranges that are kept for one process.</summary>
    public const int MaxRanges = 64;

    /// <summary>User space ends here at the latest, with five levels of page tables (Documentation/arch/x86/x86_64/mm.rst).</summary>
    public const ulong AddressLimit = 1UL << 56;

    private readonly string _mapsPath;
    private readonly ProcessCalls _calls;
    private readonly SharedFiles? _shared;
    private readonly byte[] _byte = new byte[1];
    private List<Advised> _ranges = [];
    private LinuxFile? _addressSpace;

    /// <summary>Of the process whose maps <paramref name="mapsPath"/> are; the caller pins it.</summary>
    internal AddressAdvice(string mapsPath, ProcessCalls calls, SharedFiles? shared = null) =>
        (_mapsPath, _calls, _shared) = (mapsPath, calls, shared);

    /// <summary>Ranges that advice holds for now.</summary>
    public int Count => _ranges.Count;

    /// <summary>Another object after each change.</summary>
    internal object State => _ranges;

    /// <summary>
    /// Takes advice for whole pages from <paramref name="start"/> to <paramref name="end"/>, in place of what was said of them
    /// before; null takes that back. False
    /// when there would be more ranges than are kept: then all stays as it was.
    /// </summary>
    public bool TryAdvise(ulong start, ulong end, MappingTreatment? treatment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start, end);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, AddressLimit);
        ArgumentOutOfRangeException.ThrowIfNotEqual(start % Chunk.PageBytes, 0UL, nameof(start));
        ArgumentOutOfRangeException.ThrowIfNotEqual(end % Chunk.PageBytes, 0UL, nameof(end));
        DropIfReplaced();
        List<Advised> next = [];
        foreach (Advised old in _ranges)
        {
            AddPart(next, old.Start, Math.Min(old.End, start), old.Treatment);
            AddPart(next, Math.Max(old.Start, end), old.End, old.Treatment);
        }

        if (treatment is { } said)
        {
            next.Add(new Advised(start, end, said));
        }

        next.Sort((a, b) => a.Start.CompareTo(b.Start));
        Join(next);
        if (next.Count > MaxRanges)
        {
            return false;
        }

        _ranges = next;
        if (_addressSpace is null && next.Count > 0)
        {
            _ = LinuxFile.TryOpenRead(_mapsPath, _calls, out _addressSpace);
            if (_addressSpace is { } file && DescriptorLimit.NumberOf(file) >= _shared?.DescriptorCeiling)
            {
                file.Dispose();
                _addressSpace = null;
            }
        }

        return true;
    }

    /// <summary>
    /// The process has replaced its address space: forgets what was said of the one before. Without a descriptor of its own, for
    /// which there was no room, that is all.
    /// </summary>
    internal void NoteReplaced()
    {
        if (_addressSpace is null && _ranges.Count > 0)
        {
            _ranges = [];
        }

        DropIfReplaced();
    }

    /// <summary>Forgets all when the process has another address space than at the time of its first advice.</summary>
    public void DropIfReplaced()
    {
        // A look that does not come to an end tells nothing.
        if (_addressSpace is not null && _calls.Read(_addressSpace.Fd, 0, _byte) is <= 0 and not -Errno.ETIMEDOUT)
        {
            _addressSpace.Dispose();
            _addressSpace = null;
            _ranges = [];
        }
    }

    /// <summary>
    /// What was said of the pages from <paramref name="start"/> on, or null; it holds up to <paramref name="until"/>. Allocates
    /// nothing.
    /// </summary>
    public MappingTreatment? TreatmentOf(MappingKind kind, ReadOnlySpan<byte> name, ulong start, ulong end, out ulong until)
    {
        foreach (Advised range in _ranges)
        {
            if (range.End > start)
            {
                bool within = range.Start <= start;
                until = Math.Min(end, within ? range.End : range.Start);
                return within ? range.Treatment : null;
            }
        }

        until = end;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _addressSpace?.Dispose();

    private static void AddPart(List<Advised> ranges, ulong start, ulong end, MappingTreatment treatment)
    {
        if (start < end)
        {
            ranges.Add(new Advised(start, end, treatment));
        }
    }

    private static void Join(List<Advised> ranges)
    {
        for (int i = ranges.Count - 1; i > 0; i--)
        {
            if (ranges[i - 1].End == ranges[i].Start && ranges[i - 1].Treatment == ranges[i].Treatment)
            {
                ranges[i - 1] = ranges[i - 1] with { End = ranges[i].End };
                ranges.RemoveAt(i);
            }
        }
    }

    private readonly record struct Advised(ulong Start, ulong End, MappingTreatment Treatment);
}
