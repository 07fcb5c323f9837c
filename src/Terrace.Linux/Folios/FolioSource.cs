using Terrace.Linux.Interop;

namespace Terrace.Linux.Folios;

/// <summary>What finding folios needs of the machine; all of its processes share it.</summary>
/// <param name="root"><c>/</c>, or a captured tree in tests.</param>
/// <param name="time">The clock that readings follow.</param>
internal sealed class FolioSource(string root, TimeProvider? time = null) : IDisposable
{
    /// <summary>How long it is believed that there are none.</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly FolioSizes _sizes = new(root);
    private readonly FrameFlags _flags = new(Path.Combine(root, "proc/kpageflags"));
    private long? _readAt;
    private bool _mayExist;

    /// <summary>
    /// False while there are none on the machine, so that none need be looked for; asked at each scan, and read now and then.
    /// </summary>
    public bool MayExist
    {
        get
        {
            if (_readAt is not { } at || _time.GetElapsedTime(at) >= s_validity)
            {
                _readAt = _time.GetTimestamp();
                _mayExist = _sizes.Read();
            }

            return _mayExist;
        }
    }

    /// <inheritdoc cref="FolioSizes.LargestPages"/>
    public int LargestPages => _sizes.LargestPages;

    /// <summary>Flags of page frames.</summary>
    public IFrameFlags Flags => _flags;

    /// <summary>
    /// True where MADV_COLD leaves a folio whole that it is given all of; before Linux 6.10 it split each
    /// (madvise_cold_or_pageout_pte_range, mm/madvise.c).
    /// </summary>
    public static bool StayWholeWhenCold { get; } = KernelRelease.Current.IsAtLeast(6, 10);

    /// <inheritdoc/>
    public void Dispose() => _flags.Dispose();
}
