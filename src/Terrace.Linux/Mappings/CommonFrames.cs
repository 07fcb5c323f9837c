using Terrace.Core.Units;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Frames that managed processes of one machine have in common in their private memory: those that KSM has merged
/// (Documentation/admin-guide/mm/ksm.rst), and those that siblings still share after fork(2). For one thread.
/// </summary>
/// <param name="root">Where the machine's files are, <c>/</c> or a captured tree; null: nothing is ever merged.</param>
/// <param name="time">The clock.</param>
internal sealed class CommonFrames(string? root = null, TimeProvider? time = null)
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromSeconds(5);

    private readonly byte[]? _path = root is null ? null : BriefFile.PathOf(Path.Combine(root, "sys/kernel/mm/ksm/pages_sharing"));
    private readonly List<CommonView> _views = [];
    private long? _askedAt;
    private bool _isMerging;

    /// <summary>The clock that its views follow.</summary>
    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>Whose each frame is, and who accessed it, by its number.</summary>
    public SharedFile Frames { get; } = new(default);

    /// <summary>Room for a chunk's entries while a view is recorded.</summary>
    public ulong[] Entries { get; } = new ulong[Chunk.Pages];

    /// <summary>Room for a chunk's frames meanwhile, where the entries do not tell them.</summary>
    public ulong[] FramesOfChunk { get; } = new ulong[Chunk.Pages];

    /// <summary>How often a view was ended: what was its own is nobody's since.</summary>
    public long Ended { get; private set; }

    /// <summary>True while KSM has merged pages, as seen within the last seconds.</summary>
    public bool IsMerging
    {
        get
        {
            if (_path is not null && (_askedAt is not { } at || Time.GetElapsedTime(at) >= s_askEvery))
            {
                _askedAt = Time.GetTimestamp();
                _isMerging = NumberIn(_path) > 0;
            }

            return _isMerging;
        }
    }

    /// <summary>Memory that is kept about it, bytes.</summary>
    public long Bytes => _views.Count == 0 ? 0 : Frames.Bytes + _views.Sum(view => view.Bytes);

    /// <summary>A process begins to be looked at.</summary>
    public FileUse Join(CommonView view)
    {
        _views.Add(view);
        return Frames.Join();
    }

    /// <summary>It ends.</summary>
    public void Leave(CommonView view, FileUse use)
    {
        _views.Remove(view);
        Frames.Leave(use);
        Ended++;
    }

    /// <summary>
    /// True when KSM has merged pages of the process whose <c>ksm_merging_pages</c> this is, or may have: kernels before 5.19 do not say.
    /// </summary>
    /// <param name="path">The file's path, which ends with NUL.</param>
    public bool HasMerged(ReadOnlySpan<byte> path) => IsMerging && NumberIn(path) is null or > 0;

    private static long? NumberIn(ReadOnlySpan<byte> path)
    {
        Span<byte> text = stackalloc byte[32];
        int read = BriefFile.ReadOnce(path, text);
        return read > 0 && KernelText.TryNumber(text[..read], out long number) ? number : null;
    }
}
