namespace Terrace.Simulation.Frames;

/// <summary>
/// Single free frames at hand for one CPU, by node (the kernel's per-cpu pagesets). Only that CPU touches them, so that nobody
/// needs to stop it: who wants them drained says so, and
/// the CPU does it at its next visit to the allocator.
/// </summary>
internal sealed class CpuList(int nodes)
{
    /// <summary>Frames taken from or given to a node at once.</summary>
    public const int Batch = 32;

    /// <summary>Once it holds this many frames of one node, a batch goes back.</summary>
    public const int High = 3 * Batch;

    private readonly Stack<int>[] _frames = [.. Enumerable.Range(0, nodes).Select(_ => new Stack<int>(High + Batch))];
    private int _drain;

    /// <summary>Frames of a node, the one freed last on top.</summary>
    public Stack<int> this[int node] => _frames[node];

    /// <summary>Asks for a drain; any thread may.</summary>
    public void AskForDrain() => Volatile.Write(ref _drain, 1);

    /// <summary>True once after one or more requests.</summary>
    public bool TakeDrainRequest() => Volatile.Read(ref _drain) != 0 && Interlocked.Exchange(ref _drain, 0) != 0;
}
