using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// A thread that makes system calls for others, one at a time, with memory of its own for what they read and write: who waits for
/// one may leave, and nothing that it still uses is anybody else's.
/// </summary>
internal sealed unsafe class CallThread
{
    private const int FirstBytes = 1 << 18;

    /// <summary>Calls that take no longer are not looked at.</summary>
    private static readonly TimeSpan s_unseen = TimeSpan.FromMilliseconds(40);

    /// <summary>Between two looks at a call that takes long.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(25);

    private readonly object _gate = new();
    private readonly Action<CallThread> _returned;
    private State _state;
    private SystemCall _call;
    private nint _result;
    private int _thread;
    private ThreadClock? _clock;
    private byte* _memory;
    private int _bytes;

    /// <summary>Starts it; <paramref name="returned"/> is called by it when a call that was left has returned, and it ends.</summary>
    public CallThread(Action<CallThread> returned)
    {
        _returned = returned;
        new Thread(Run, maxStackSize: 1 << 17) { IsBackground = true, Name = "terrace-calls" }.Start();
    }

    private enum State
    {
        Idle,
        Asked,
        Done,
        Left,
    }

    /// <summary>Its number (gettid(2)); 0 before it runs.</summary>
    public int Thread => Volatile.Read(ref _thread);

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan Spent => Volatile.Read(ref _clock)?.Spent ?? TimeSpan.Zero;

    /// <summary>True when a call that was left has returned.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Room for what the next call reads or writes, at least that large; not to be used while a call is made.</summary>
    public Span<byte> Memory(int bytes)
    {
        if (bytes > _bytes)
        {
            _bytes = Math.Max(FirstBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)bytes));
            NativeMemory.Free(_memory);
            _memory = (byte*)NativeMemory.Alloc((nuint)_bytes);
        }

        return new Span<byte>(_memory, bytes);
    }

    /// <summary>Address of <see cref="Memory"/>.</summary>
    public nint Address => (nint)_memory;

    /// <summary>How much of the last call was spent waiting for something else than a CPU; 0 for a short one.</summary>
    public TimeSpan LastWait { get; private set; }

    /// <summary>
    /// Has it make a call: its result, or minus the error number; -ETIMEDOUT when it has waited for <paramref name="patience"/>, neither
    /// computing nor for a CPU, and still does. The thread is not to be used again then.
    /// </summary>
    public nint Make(in SystemCall call, TimeSpan patience)
    {
        LastWait = TimeSpan.Zero;
        lock (_gate)
        {
            (_call, _state) = (call, State.Asked);
            Monitor.PulseAll(_gate);
            TimeSpan wait = patience < s_unseen ? patience : s_unseen;
            long asked = Stopwatch.GetTimestamp();
            long looked = 0;
            CallProgress first = default;
            CallProgress last = default;
            while (_state != State.Done)
            {
                if (Monitor.Wait(_gate, wait))
                {
                    continue;
                }

                // A clear of a terabyte takes long, and so does any call on a machine whose CPUs are busy: neither hangs.
                CallProgress now = CallProgress.Of(Thread);
                if (looked == 0)
                {
                    (looked, first) = (Stopwatch.GetTimestamp(), now);
                    LastWait = now.Waits ? Stopwatch.GetElapsedTime(asked, looked) : TimeSpan.Zero;
                }
                else if (now.Waits && now == last && LastWait + WaitSince(looked, first, now) >= patience)
                {
                    LastWait += WaitSince(looked, first, now);
                    _state = State.Left;
                    return -Errno.ETIMEDOUT;
                }

                (last, wait) = (now, s_look);
            }

            LastWait += looked == 0 ? TimeSpan.Zero : WaitSince(looked, first, CallProgress.Of(Thread));
            _state = State.Idle;
            return _result;
        }
    }

    /// <summary>Has it end, when it has no call to make.</summary>
    public void End()
    {
        lock (_gate)
        {
            (_call, _state) = (default, State.Asked);
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        Volatile.Write(ref _clock, ThreadClock.OfThisThread);
        Volatile.Write(ref _thread, (int)Libc.SystemCall(Libc.SYS_gettid, 0, 0, 0, 0, 0, 0));
        while (true)
        {
            SystemCall call;
            lock (_gate)
            {
                while (_state != State.Asked)
                {
                    Monitor.Wait(_gate);
                }

                call = _call;
            }

            if (call.Number == 0)
            {
                NativeMemory.Free(_memory);
                return;
            }

            nint result = call.Perform();
            lock (_gate)
            {
                if (_state != State.Left)
                {
                    (_result, _state) = (result, State.Done);
                    Monitor.PulseAll(_gate);
                    continue;
                }
            }

            if (call.OpensFile && result >= 0)
            {
                _ = Libc.Close((int)result);
            }

            NativeMemory.Free(_memory);
            HasEnded = true;
            _returned(this);
            return;
        }
    }

    private static TimeSpan WaitSince(long looked, CallProgress first, CallProgress now)
    {
        TimeSpan wait = Stopwatch.GetElapsedTime(looked) - (now.Busy - first.Busy);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
