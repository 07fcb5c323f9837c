namespace Terrace.Cli.Exercise;

/// <summary>Tells which of this process's own pages are in fast memory, without touching them.</summary>
internal interface IPageLocator
{
    /// <summary>
    /// Looks at neighbouring pages from <paramref name="address"/> on: sets <paramref name="fast"/> for each; leaves it as it was
    /// for a page that is on its way
    /// between nodes. 0, or the error number.
    /// </summary>
    int Locate(ulong address, Span<bool> fast);
}
