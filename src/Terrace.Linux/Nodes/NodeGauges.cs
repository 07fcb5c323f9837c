using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Nodes;

/// <summary>
/// Reads again, without garbage, what changes while a machine runs: what holds each node's memory, and whether the set of nodes or the
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
    private readonly NodeUse[] _use;

    public NodeGauges(FileTree tree, IReadOnlyList<int> nodes)
    {
        bool numa = LinuxFile.TryOpenRead(tree.PathOf("sys/devices/system/node/online"), out _onlineFile) == 0;
        int count = nodes.Max() + 1;
        _files = new LinuxFile?[count];
        _total = new long[count];
        _use = new NodeUse[count];
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
                _use[node] = memory.Use;
            }
        }
    }

    /// <summary>What holds a node's memory, as of the last <see cref="Refresh"/>; nothing for a node that is gone.</summary>
    public NodeUse UseOf(int node) => (uint)node < (uint)_use.Length ? _use[node] : default;

    /// <summary>
    /// Reads what holds the nodes' memory; false when nodes or their sizes changed, so that everything should be read afresh.
    /// </summary>
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
            _use[node] = read ? memory.Use : default;
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
