namespace Terrace.Cli.Accessed;

/// <summary>Neighbouring pages of a chunk.</summary>
/// <param name="Start">The first, counted from the chunk's start.</param>
/// <param name="End">One past the last.</param>
/// <param name="IsAccessed">All of them were accessed; of pages that need not be alike, false.</param>
internal readonly record struct PageRun(int Start, int End, bool IsAccessed)
{
    /// <summary>How many there are.</summary>
    public int Pages => End - Start;
}
