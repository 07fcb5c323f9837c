using System.Globalization;

namespace Terrace.Lab.Specification;

/// <summary>How far two nodes are from each other, in both directions.</summary>
/// <param name="First">One node.</param>
/// <param name="Second">The other.</param>
/// <param name="Value">The distance of ACPI's SLIT: 10 is a node's own.</param>
public sealed record NodeDistance(int First, int Second, int Value)
{
    /// <summary>Reads <c>0-1:21,0-2:17</c>.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>.</exception>
    public static IReadOnlyList<NodeDistance> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',').Select(Parse)];
    }

    /// <summary>True when it is of these two nodes.</summary>
    public bool IsOf(int one, int other) => (First == one && Second == other) || (First == other && Second == one);

    private static NodeDistance Parse(string text) =>
        text.Split('-', ':') is [var first, var second, var value]
            && TryNumber(first, out var one)
            && TryNumber(second, out var other)
            && TryNumber(value, out var distance)
            && one != other
            && distance is > 10 and < 255
            ? new NodeDistance(one, other, distance)
            : throw LabException.Usage($"distance '{text}' is not NODE-NODE:11 to 254", "write it as 0-1:21,0-2:17");

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
