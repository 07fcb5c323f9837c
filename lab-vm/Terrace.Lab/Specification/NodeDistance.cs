using System.Globalization;

namespace Terrace.Lab.Specification;

/// <summary>How far two nodes are from each other, as in the ACPI SLIT: 10 is a node's own.</summary>
/// <param name="From">A node.</param>
/// <param name="To">Another one.</param>
/// <param name="Value">11 to 254.</param>
public sealed record NodeDistance(int From, int To, int Value)
{
    /// <summary>Reads <c>0-1:21,0-2:17</c>.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>.</exception>
    public static IReadOnlyList<NodeDistance> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',').Select(Parse)];
    }

    /// <summary>True when it is about these two nodes.</summary>
    public bool IsBetween(int one, int other) => (From == one && To == other) || (From == other && To == one);

    private static NodeDistance Parse(string text) =>
        text.Split('-', ':') is [var from, var to, var value]
            && text.IndexOf('-', StringComparison.Ordinal) < text.IndexOf(':', StringComparison.Ordinal)
            && TryRead(from, out var one)
            && TryRead(to, out var other)
            && one != other
            && TryRead(value, out var distance)
            && distance is >= 11 and <= 254
            ? new NodeDistance(one, other, distance)
            : throw LabException.Usage($"distance '{text}' is not NODE-NODE:11 to 254", "write it as 0-1:21,0-2:17");

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
