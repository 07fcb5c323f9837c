namespace Terrace.Core.Layout;

/// <summary>
/// The layout in force and, with it, the one that is being prepared. Any number of readers take <see cref="Current"/> without a
/// lock and keep what they took for as long as they like; one writer at a
/// time prepares another, and commits it at once for all or gives it up. What nobody reads any more is garbage: the book itself
/// keeps two layouts at most.
/// </summary>
public sealed class LayoutBook
{
    private readonly Lock _writers = new();
    private Edition _current;
    private MemoryLayout? _prepared;

    /// <summary>Begins with a layout in force.</summary>
    public LayoutBook(MemoryLayout first)
    {
        ArgumentNullException.ThrowIfNull(first);
        _current = new Edition(first, 0);
    }

    /// <summary>The layout in force.</summary>
    public MemoryLayout Current => Volatile.Read(ref _current).Layout;

    /// <summary>How many layouts were committed so far.</summary>
    public long Commits => Volatile.Read(ref _current).Number;

    /// <summary>The layout that is being prepared; null when there is none.</summary>
    public MemoryLayout? Prepared => Volatile.Read(ref _prepared);

    /// <summary>
    /// Prepares a layout next to the current one. False, and nothing changes, while another is there: it is committed or given up
    /// first.
    /// </summary>
    public bool TryPrepare(MemoryLayout next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_writers)
        {
            if (_prepared is not null)
            {
                return false;
            }

            Volatile.Write(ref _prepared, next);
            return true;
        }
    }

    /// <summary>Puts what was prepared in force, at once; false when nothing was prepared.</summary>
    public bool TryCommit()
    {
        lock (_writers)
        {
            if (_prepared is not { } next)
            {
                return false;
            }

            Volatile.Write(ref _current, new Edition(next, _current.Number + 1));
            Volatile.Write(ref _prepared, null);
            return true;
        }
    }

    /// <summary>Gives up what was prepared; false when nothing was.</summary>
    public bool TryAbort()
    {
        lock (_writers)
        {
            bool had = _prepared is not null;
            Volatile.Write(ref _prepared, null);
            return had;
        }
    }

    private sealed record Edition(MemoryLayout Layout, long Number);
}
