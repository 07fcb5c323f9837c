using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>Pages of one process that have a fast share of their own, within what the process may have.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Share">Its share, of its own pages; never automatic.</param>
public sealed record FastArea(string Name, FastShare Share)
{
    /// <summary>Most areas that one process can have.</summary>
    public const int Most = 7;
}
