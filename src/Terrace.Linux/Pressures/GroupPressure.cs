using System.Text;
using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Pressures;

/// <summary>
/// Pressure of the control group (v2) that a process is in. The root group has no limits and its pressure is the host's: for
/// processes in it nothing is known here.
/// A process may be moved to another group at any time, so where it is gets looked at again now and then.
/// </summary>
internal sealed class GroupPressure(FileTree tree, int pid) : IPressureGauge
{
    /// <summary>Reads, at least two seconds apart, after which the group is looked up again.</summary>
    private const int ReadsBetweenLookups = 8;

    // Paths as open(2) takes them: groups' files are open only while they are read.
    private readonly byte[] _membership = BriefFile.PathOf(tree.PathOf($"proc/{pid}/cgroup"));
    private byte[]? _memory;
    private byte[]? _cpu;
    private byte[] _path = [];
    private int _reads;

    /// <inheritdoc/>
    public Pressure Read()
    {
        if (_reads++ % ReadsBetweenLookups == 0)
        {
            LookUp();
        }

        return new Pressure(PressureFile.Read(_memory), PressureFile.Read(_cpu));
    }

    private void LookUp()
    {
        Span<byte> text = stackalloc byte[4096];
        int read = BriefFile.ReadOnce(_membership, text);
        ReadOnlySpan<byte> path = PathIn(text[..Math.Max(0, read)]);
        if (path.SequenceEqual(_path))
        {
            return;
        }

        (_memory, _cpu) = (null, null);
        _path = path.ToArray();
        if (path.Length > 1)
        {
            string group = Encoding.UTF8.GetString(path[1..]);
            string root = tree.Has("sys/fs/cgroup/cgroup.controllers") ? "sys/fs/cgroup" : "sys/fs/cgroup/unified";
            _memory = BriefFile.PathOf(tree.PathOf($"{root}/{group}/memory.pressure"));
            _cpu = BriefFile.PathOf(tree.PathOf($"{root}/{group}/cpu.pressure"));
        }
    }

    /// <summary>The path of the line "0::PATH" (cgroups(7)); empty when there is none.</summary>
    private static ReadOnlySpan<byte> PathIn(ReadOnlySpan<byte> text)
    {
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("0::/"u8))
            {
                return line["0::"u8.Length..];
            }
        }

        return default;
    }
}
