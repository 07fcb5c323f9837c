namespace Terrace.Core.Layout;

/// <summary>A run of pages, whichever nodes they are on.</summary>
/// <param name="Start">Number of the first page.</param>
/// <param name="End">One past the last page.</param>
public readonly record struct PageSpan(ulong Start, ulong End)
{
    /// <summary>Pages in it.</summary>
    public ulong Pages => End - Start;
}
