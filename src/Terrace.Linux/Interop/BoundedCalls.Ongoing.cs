using System.Diagnostics;

namespace Terrace.Linux.Interop;

/// <summary>
/// Calls that compute for long: clearing the accessed bits of a process with tens of thousands of mappings. They are made by a thread of
/// their own, and who asked does something else meanwhile.
/// </summary>
public sealed partial class BoundedCalls
{
    /// <summary>More are waited for until their end: each has a thread.</summary>
    private const int MostGoing = 16;

    private readonly List<OngoingCall> _going = [];

    /// <summary>How long is waited for a call that may continue; null: until its end.</summary>
    public TimeSpan? Grace { get; set; }

    /// <summary>Who may have something done that takes long, a process at a time of each user.</summary>
    internal LongWork LongWork { get; } = new();

    /// <summary>Calls that continue now.</summary>
    internal int GoingCount
    {
        get
        {
            lock (_gate)
            {
                return _going.Count;
            }
        }
    }

    /// <summary>
    /// As <see cref="Write"/>, but -EINPROGRESS when it takes longer than <see cref="Grace"/>: then <paramref name="going"/> is to be
    /// <see cref="Continue"/>d or <see cref="Abandon"/>ed, and the file to stay open until one of them says so. The process is not asked
    /// anything else meanwhile. What it takes of a processor counts (<see cref="Spent"/>) when its end is known: those that are looked at
    /// meanwhile do not pay for it.
    /// </summary>
    internal int BeginWrite(int pid, int descriptor, ReadOnlySpan<byte> text, out OngoingCall? going)
    {
        going = null;
        lock (_gate)
        {
            if (Grace is not { } grace || _going.Count >= MostGoing)
            {
                return Write(pid, descriptor, text);
            }

            if (Refuses(pid))
            {
                return -Errno.ETIMEDOUT;
            }

            long since = Stopwatch.GetTimestamp();
            CallThread thread = ThreadWith(text.Length, out Span<byte> memory);
            text.CopyTo(memory);
            thread.Ask(new SystemCall(Libc.SYS_pwrite64, descriptor, thread.Address, text.Length), PatienceFor(pid));
            nint result = thread.Await(grace);
            if (result == -Errno.EINPROGRESS)
            {
                going = new OngoingCall(pid, thread, since, thread.Spent);
                _spentByLeft += going.Counted;
                _going.Add(going);
                _thread = null;
                return -Errno.EINPROGRESS;
            }

            _thread = result == -Errno.ETIMEDOUT ? null : thread;
            return (int)Settle(pid, thread, since, result);
        }
    }

    /// <summary>
    /// What became of a call: its result, minus the error number, or -EINPROGRESS as long as it continues; <paramref name="took"/> is how
    /// long it was made.
    /// </summary>
    internal int Continue(OngoingCall going, out TimeSpan took)
    {
        took = TimeSpan.Zero;
        lock (_gate)
        {
            nint result = going.Thread.Await(TimeSpan.Zero);
            if (result == -Errno.EINPROGRESS)
            {
                return -Errno.EINPROGRESS;
            }

            _going.Remove(going);
            took = going.Thread.LastDuration;
            _spentByLeft -= going.Counted;
            result = Settle(going.Pid, going.Thread, going.Since, result);
            if (result != -Errno.ETIMEDOUT && _thread is null)
            {
                _thread = going.Thread;
            }
            else if (result != -Errno.ETIMEDOUT)
            {
                _spentByLeft += going.Thread.Spent;
                going.Thread.End();
            }

            return (int)result;
        }
    }

    /// <summary>Nobody needs the outcome any more; the call closes its file.</summary>
    internal void Abandon(OngoingCall going)
    {
        lock (_gate)
        {
            _going.Remove(going);
            going.Thread.Abandon();
        }
    }
}
