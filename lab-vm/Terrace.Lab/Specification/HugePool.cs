namespace Terrace.Lab.Specification;

/// <summary>Huge pages of 2 MiB that a node keeps for hugetlbfs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pages">How many.</param>
public sealed record HugePool(int Node, long Pages)
{
    /// <summary>Bytes of one.</summary>
    public const long PageBytes = 2L << 20;

    /// <summary>Reads <c>0:64M,1:128M</c>.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>.</exception>
    public static IReadOnlyList<HugePool> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',').Select(Parse)];
    }

    private static HugePool Parse(string text) =>
        text.Split(':') is [var node, var size]
            && int.TryParse(node, System.Globalization.NumberStyles.None, null, out var number)
            && NodeSpec.TryParseBytes(size, out var bytes)
            && bytes % PageBytes == 0
            ? new HugePool(number, bytes / PageBytes)
            : throw LabException.Usage($"pool '{text}' is not NODE:SIZE in pages of 2M", "write it as 0:64M,1:128M");
}
