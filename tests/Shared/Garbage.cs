namespace Terrace.Tests;

/// <summary>
/// What code allocates on the calling thread. A collection that another test's thread starts meanwhile shifts the runtime's count
/// by what was left of an allocation buffer, up to 8 KiB; garbage of the code's own is there
/// without one too.
/// </summary>
internal sealed class Garbage
{
    private const int Attempts = 20;

    /// <summary>Bytes of all steps so far, without those during which there was a collection.</summary>
    public long Bytes { get; private set; }

    /// <summary>Steps that were counted.</summary>
    public int Steps { get; private set; }

    /// <summary>
    /// Bytes that some work allocates once it has been done for a while: the least of several times, with pauses, because code
    /// that was compiled in haste allocates what
    /// is left out when it is compiled again in the background.
    /// </summary>
    public static long Of(Action work)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            work();
            Garbage garbage = new();
            garbage.Add(() =>
            {
                work();
                return true;
            });
            least = garbage.Steps == 1 ? Math.Min(least, garbage.Bytes) : least;
            if (least > 0)
            {
                Thread.Sleep(50);
            }
        }

        return least;
    }

    /// <summary>Takes a step and adds what it allocates.</summary>
    public T Add<T>(Func<T> step)
    {
        int collections = GC.CollectionCount(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        T result = step();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (GC.CollectionCount(0) == collections)
        {
            Bytes += bytes;
            Steps++;
        }

        return result;
    }
}
