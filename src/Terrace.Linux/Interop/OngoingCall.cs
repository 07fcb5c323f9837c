namespace Terrace.Linux.Interop;

/// <summary>A call that continues while who asked for it does something else (<see cref="BoundedCalls.BeginWrite"/>).</summary>
/// <param name="pid">The process.</param>
/// <param name="thread">Makes it.</param>
/// <param name="since">When it was asked for.</param>
/// <param name="counted">What the thread had used by the time that nobody waited any more.</param>
internal sealed class OngoingCall(int pid, CallThread thread, long since, TimeSpan counted)
{
    /// <summary>The process that it is about.</summary>
    public int Pid { get; } = pid;

    /// <summary>Makes it.</summary>
    public CallThread Thread { get; } = thread;

    /// <summary>When it was asked for (<see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>).</summary>
    public long Since { get; } = since;

    /// <summary>Processor time of its thread that has been accounted for.</summary>
    public TimeSpan Counted { get; } = counted;
}
