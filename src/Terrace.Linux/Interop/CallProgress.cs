using System.Buffers.Text;

namespace Terrace.Linux.Interop;

/// <summary>How far a thread is, for who waits for it.</summary>
/// <param name="Waits">It sleeps in the kernel.</param>
/// <param name="Busy">Time that it has had a CPU or waited for one.</param>
internal readonly record struct CallProgress(bool Waits, TimeSpan Busy)
{
    /// <summary>
    /// Of a thread of this process: /proc/self/task/TID/stat, the state after the name, and schedstat, nanoseconds on a CPU and waiting for
    /// one (Documentation/scheduler/sched-stats.rst).
    /// </summary>
    public static CallProgress Of(int thread)
    {
        Span<byte> text = stackalloc byte[256];
        string folder = $"/proc/self/task/{thread}/";
        int read = BriefFile.ReadOnce(BriefFile.PathOf(folder + "stat"), text);
        int close = read > 0 ? text[..read].LastIndexOf((byte)')') : -1;
        bool waits = close >= 0 && close + 2 < read && text[close + 2] is (byte)'D' or (byte)'S';
        read = BriefFile.ReadOnce(BriefFile.PathOf(folder + "schedstat"), text);
        return read > 0
            && Utf8Parser.TryParse(text[..read], out long ran, out int used)
            && Utf8Parser.TryParse(text[Math.Min(used + 1, read)..read], out long queued, out _)
                ? new CallProgress(waits, TimeSpan.FromMicroseconds((ran + queued) / 1000))
                : new CallProgress(waits, TimeSpan.Zero);
    }
}
