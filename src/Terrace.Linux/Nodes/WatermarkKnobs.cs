using Terrace.Linux.Interop;

namespace Terrace.Linux.Nodes;

/// <summary>
/// The settings from which the kernel computes watermarks (Documentation/admin-guide/sysctl/vm.rst): anybody may change them at any time,
/// and what a node must keep free with them.
/// </summary>
/// <param name="root">Where /proc is: <c>/</c>, or a captured tree.</param>
internal sealed class WatermarkKnobs(string root)
{
    private const int MostBytes = 32;

    private readonly byte[] _scale = BriefFile.PathOf(Path.Combine(root, "proc/sys/vm/watermark_scale_factor"));
    private readonly byte[] _least = BriefFile.PathOf(Path.Combine(root, "proc/sys/vm/min_free_kbytes"));
    private readonly byte[] _text = new byte[2 * MostBytes];
    private readonly byte[] _now = new byte[2 * MostBytes];
    private bool _isRead;

    /// <summary>True when they are not what they were when this was last asked; not at the first time.</summary>
    public bool HaveChanged()
    {
        _now.AsSpan().Clear();
        _ = BriefFile.ReadOnce(_scale, _now.AsSpan(0, MostBytes));
        _ = BriefFile.ReadOnce(_least, _now.AsSpan(MostBytes));
        bool changed = _isRead && !_now.AsSpan().SequenceEqual(_text);
        _now.CopyTo(_text, 0);
        _isRead = true;
        return changed;
    }
}
