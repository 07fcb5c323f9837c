using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Reads again, without garbage, what changes while a machine runs: each node's free memory, and whether the set of nodes or the
/// amount of memory on one is still what it was.
/// </summary>
internal sealed class NodeGauges : IDisposable
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _online;
    private readonly int _onlineBytes;
    private readonly LinuxFile? _onlineFile;
    private readonly LinuxFile?[] _files;
    private readonly long[] _total;
    private readonly long[] _free;

    public NodeGauges(FileTree tree, IReadOnlyList<int> nodes)
    {
        bool numa = LinuxFile.TryOpenRead(tree.PathOf("sys/devices/system/node/online"), out _onlineFile) == 0;
        int count = nodes.Max() + 1;
        _files = new LinuxFile?[count];
        _total = new long[count];
        _free = new long[count];
        foreach (int node in nodes)
        {
            _ = LinuxFile.TryOpenRead(tree.PathOf(numa ? $"sys/devices/system/node/node{node}/meminfo" : "proc/meminfo"), out _files[node]);
        }

        _online = new byte[4096];
        _onlineBytes = _onlineFile?.Read(0, _online) ?? 0;
        for (int node = 0; node < count; node++)
        {
            if (TryRead(node, out NodeMeminfo memory))
            {
                _total[node] = memory.TotalBytes;
                _free[node] = memory.FreeBytes;
            }
        }
    }

    /// <summary>Free bytes as of the last <see cref="Refresh"/>; 0 for a node that is gone.</summary>
    public long FreeBytes(int node) => (uint)node < (uint)_free.Length ? _free[node] : 0;

    /// <summary>Reads free memory; false when nodes or their sizes changed, so that everything should be read afresh.</summary>
    public bool Refresh()
    {
        bool same = true;
        if (_onlineFile is not null)
        {
            int read = _onlineFile.Read(0, _buffer);
            same = read == _onlineBytes && _buffer.AsSpan(0, Math.Max(0, read)).SequenceEqual(_online.AsSpan(0, Math.Max(0, _onlineBytes)));
        }

        for (int node = 0; node < _files.Length; node++)
        {
            bool read = TryRead(node, out NodeMeminfo memory);
            same &= memory.TotalBytes == _total[node];
            _free[node] = read ? memory.FreeBytes : 0;
        }

        return same;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _onlineFile?.Dispose();
        foreach (LinuxFile? file in _files)
        {
            file?.Dispose();
        }
    }

    private bool TryRead(int node, out NodeMeminfo memory)
    {
        memory = default;
        int read = _files[node]?.ReadFully(0, _buffer) ?? 0;
        bool parsed = read > 0 && NodeMeminfo.TryParse(_buffer.AsSpan(0, read), out memory);
        memory = parsed ? memory : default;
        return parsed;
    }
}
