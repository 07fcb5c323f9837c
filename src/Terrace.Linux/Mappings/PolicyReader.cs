using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Reads from /proc/PID/numa_maps which mappings have a memory policy that somebody chose. The kernel walks all page tables for
/// that file, under the mmap lock
/// taken for reading: it costs about as much as clearing accessed bits. It is open only while it is read.
/// </summary>
internal sealed class PolicyReader(LineFeed lines)
{
    /// <summary>A process has few policies; one that has more than this is judged again now and then.</summary>
    private const int MostJudged = 32;

    private readonly List<(byte[] Policy, bool Chosen)> _judged = [];
    private Topology? _topology;
    private MemoryPolicy? _given;

    /// <summary>Memory of the mappings that were found chosen by the last reading, bytes.</summary>
    public long ChosenBytes { get; private set; }

    /// <summary>
    /// Null where the kernel does not show policies (no CONFIG_NUMA), where they may not be read, or when the process is gone.
    /// </summary>
    public static PolicyReader? TryOpen(string path, ProcessCalls calls)
    {
        using BriefFile file = BriefFile.Adopt(calls.OpenRead(BriefFile.PathOf(path)));

        // For want of a descriptor they cannot be read now, and can be later.
        return file.Error is 0 or Errno.EMFILE or Errno.ENFILE or Errno.ETIMEDOUT ? new PolicyReader(new LineFeed(path, calls)) : null;
    }

    /// <summary>Reads: adds each mapping's start and whether its placement was chosen, ascending. False when it cannot be read.</summary>
    /// <param name="starts">Takes the mappings.</param>
    /// <param name="topology">The machine's nodes: a policy that allows all of them chooses nothing.</param>
    /// <param name="given">A policy that Terrace itself gave the process; it is no choice.</param>
    public bool Read(List<(ulong Start, bool Chosen)> starts, Topology topology, MemoryPolicy? given)
    {
        starts.Clear();
        Begin(topology, given);
        ReadOn(starts, WorkPart.All);
        return IsWhole;
    }

    /// <summary>True when what was read so far is whole; false: it could not be read.</summary>
    public bool IsWhole => lines.Error == 0;

    /// <summary>Begins to read.</summary>
    /// <param name="topology">The machine's nodes: a policy that allows all of them chooses nothing.</param>
    /// <param name="given">A policy that Terrace itself gave the process; it is no choice.</param>
    public void Begin(Topology topology, MemoryPolicy? given)
    {
        ChosenBytes = 0;
        if (topology != _topology || given != _given)
        {
            _judged.Clear();
            (_topology, _given) = (topology, given);
        }

        lines.Restart();
    }

    /// <summary>Ends a reading before the last mapping.</summary>
    public void End() => lines.End();

    /// <summary>
    /// Reads on: adds each mapping's start and whether its placement was chosen, ascending. False when the time is up and there is more.
    /// </summary>
    public bool ReadOn(List<(ulong Start, bool Chosen)> starts, WorkPart part)
    {
        while (lines.TryNext(out ReadOnlySpan<byte> line))
        {
            if (NumaMapsLine.TryParse(line, out NumaMapsLine mapping))
            {
                bool chosen = IsChosen(mapping, _topology!, _given);
                starts.Add((mapping.Start, chosen));
                ChosenBytes += chosen ? mapping.ResidentBytes : 0;
            }

            if (part.IsOver(starts.Count))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsChosen(NumaMapsLine mapping, Topology topology, MemoryPolicy? given)
    {
        if (mapping.Policy.SequenceEqual("default"u8))
        {
            return false;
        }

        // Judging makes garbage, and the same policies come again with each reading.
        for (int i = 0; i < _judged.Count; i++)
        {
            if (mapping.Policy.SequenceEqual(_judged[i].Policy))
            {
                return _judged[i].Chosen;
            }
        }

        if (_judged.Count == MostJudged)
        {
            _judged.Clear();
        }

        bool chosen = Judge(mapping.Mode, mapping.Nodes, topology, given);
        _judged.Add((mapping.Policy.ToArray(), chosen));
        return chosen;
    }

    private static bool Judge(ReadOnlySpan<byte> mode, ReadOnlySpan<byte> nodeText, Topology topology, MemoryPolicy? given)
    {
        // "local" names no node: it is what the kernel does without a policy too.
        if (mode.SequenceEqual("local"u8) || !IdList.TryParse(nodeText, out List<int> nodes) || nodes.Count == 0)
        {
            return false;
        }

        bool isGiven = given is not null && mode.SequenceEqual(NameOf(given.Mode)) && nodes.TrueForAll(given.Nodes.Contains);
        bool prefersAmong = mode.SequenceEqual("bind"u8) || mode.SequenceEqual("prefer (many)"u8);
        return !isGiven && !(prefersAmong && topology.Tiers.All(tier => tier.All(nodes.Contains)));
    }

    // policy_modes of mm/mempolicy.c.
    private static ReadOnlySpan<byte> NameOf(int mode) => mode switch
    {
        MemoryPolicy.MPOL_INTERLEAVE => "interleave"u8,
        MemoryPolicy.MPOL_PREFERRED_MANY => "prefer (many)"u8,
        MemoryPolicy.MPOL_WEIGHTED_INTERLEAVE => "weighted interleave"u8,
        _ => default,
    };
}
