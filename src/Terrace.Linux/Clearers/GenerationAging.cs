using System.Buffers.Text;
using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Clears the accessed bits of a control group's processes, those of second-level page tables included, by asking the kernel to
/// age the group's pages (debugfs lru_gen,
/// multi-generational LRU). Since Linux 6.12 aging clears through mmu_notifier_clear_young (walk_pte_range in mm/vmscan.c,
/// 1d4832becdc2), which /proc/PID/clear_refs does not.
/// </summary>
/// <remarks>
/// The walk also clears the bits of other processes of the group, and each time all pages of the group become a generation older
/// for the kernel's own reclaim. It passes over
/// mappings that are locked and huge pages of hugetlbfs (should_skip_vma): a guest whose memory is such looks accessed all the time.
/// </remarks>
internal sealed class GenerationAging : IDisposable
{
    private const string Path = "sys/kernel/debug/lru_gen";

    private readonly LinuxFile _file;
    private readonly byte[] _cgroup;
    private readonly List<(int Node, long Generation)> _youngest = [];
    private byte[] _text = new byte[16384];
    private readonly byte[] _command = new byte[4096];

    private GenerationAging(LinuxFile file, byte[] cgroup)
    {
        _file = file;
        _cgroup = cgroup;
    }

    /// <summary>Begins for the group of a process; null where the kernel or its settings do not offer it.</summary>
    public static GenerationAging? TryOpen(int pid, string root = "/")
    {
        FileTree tree = new(root);

        // Bit 1: the kernel walks page tables when it ages (Documentation/admin-guide/mm/multigen_lru.rst).
        bool walks = tree.ReadText("sys/kernel/mm/lru_gen/enabled") is { } enabled && enabled.StartsWith("0x", StringComparison.Ordinal)
            && KernelText.TryHex(Encoding.ASCII.GetBytes(enabled[2..]), out ulong bits) && (bits & 3) == 3;
        if (!walks || !KernelRelease.Current.IsAtLeast(6, 12)
            || ControlGroupPath.OfMemory(tree.Read($"proc/{pid}/cgroup")) is not { } cgroup
            || LinuxFile.TryOpenReadWrite(tree.PathOf(Path), out LinuxFile? file) != 0)
        {
            return null;
        }

        return new GenerationAging(file!, Encoding.UTF8.GetBytes(cgroup.TrimEnd('/')));
    }

    /// <summary>Ages: true when the kernel was asked to for every node.</summary>
    public bool Run()
    {
        _youngest.Clear();
        int length = ReadAll();
        if (GenerationList.Find(_text.AsSpan(0, length), _cgroup, _youngest) is not { } group)
        {
            return false;
        }

        bool done = _youngest.Count > 0;
        foreach ((int node, long generation) in _youngest)
        {
            // "+ group node generation can_swap force_scan": without can_swap private memory is passed over, without force_scan
            // there are at most four generations.
            int at = Add("+ "u8, group, 0);
            at = Add(" "u8, node, at);
            at = Add(" "u8, generation, at);
            " 1 1\n"u8.CopyTo(_command.AsSpan(at));
            done &= _file.WriteCommand(_command.AsSpan(0, at + 5)) == 0;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int Add(ReadOnlySpan<byte> text, long number, int at)
    {
        text.CopyTo(_command.AsSpan(at));
        Utf8Formatter.TryFormat(number, _command.AsSpan(at + text.Length), out int written);
        return at + text.Length + written;
    }

    private int ReadAll()
    {
        int total = 0;
        while (true)
        {
            int read = _file.Read(total, _text.AsSpan(total));
            if (read <= 0)
            {
                return total;
            }

            total += read;
            if (total == _text.Length)
            {
                Array.Resize(ref _text, total * 2);
            }
        }
    }
}
