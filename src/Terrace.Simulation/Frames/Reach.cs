namespace Terrace.Simulation.Frames;

/// <summary>
/// In which order each CPU tries the nodes with memory, nearest first (the kernel's zone lists): made once for each layout, and
/// never changed.
/// </summary>
internal sealed class Reach
{
    private const int Here = 10;
    private const int There = 20;
    private readonly int[][] _orderOfCpu;

    private Reach(int[][] orderOfCpu, IReadOnlyList<int> nodeOfCpu, int[][]? distances) =>
        (_orderOfCpu, NodeOfCpu, Distances) = (orderOfCpu, nodeOfCpu, distances);

    public IReadOnlyList<int> NodeOfCpu { get; }

    public int[][]? Distances { get; }

    public static Reach Of(int[] nodes, IReadOnlyList<int> nodeOfCpu, int[][]? distances)
    {
        int distance(int from, int to) =>
            distances is not null && from < distances.Length && to < distances[from].Length ? distances[from][to]
                : from == to ? Here
                : There;
        return new Reach(
            [.. nodeOfCpu.Select(home => nodes.OrderBy(node => distance(home, node)).ThenBy(node => node).ToArray())],
            nodeOfCpu,
            distances);
    }

    public int[] Of(int cpu) => _orderOfCpu[cpu];
}
