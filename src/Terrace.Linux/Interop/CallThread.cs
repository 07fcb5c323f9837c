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
    private TimeSpan _patience;
    private long _asked;
    private long _doneAt;
    private long _looked;
    private long _lookAt;
    private CallProgress _first;
    private CallProgress _last;
    private bool _closesFile;
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

    /// <summary>How long the last call took from being asked for to its return.</summary>
    public TimeSpan LastDuration { get; private set; }

    /// <summary>
    /// Has it make a call: its result, or minus the error number; -ETIMEDOUT when it has waited for <paramref name="patience"/>, neither
    /// computing nor for a CPU, and still does. The thread is not to be used again then.
    /// </summary>
    public nint Make(in SystemCall call, TimeSpan patience)
    {
        Ask(call, patience);
        return Await(TimeSpan.MaxValue);
    }

    /// <summary>Has it begin a call, as <see cref="Make"/>, whose end is <see cref="Await"/>ed.</summary>
    public void Ask(in SystemCall call, TimeSpan patience)
    {
        lock (_gate)
        {
            LastWait = TimeSpan.Zero;
            (_patience, _asked, _looked, _first, _last) = (patience, Stopwatch.GetTimestamp(), 0, default, default);
            _lookAt = _asked + TicksOf(Least(patience, s_unseen));
            (_call, _state) = (call, State.Asked);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The outcome of <see cref="Make"/>; -EINPROGRESS when the call still continues after <paramref name="most"/>.</summary>
    public nint Await(TimeSpan most)
    {
        lock (_gate)
        {
            long begun = Stopwatch.GetTimestamp();
            while (_state != State.Done)
            {
                long now = Stopwatch.GetTimestamp();
                TimeSpan untilLook = now < _lookAt ? Stopwatch.GetElapsedTime(now, _lookAt) : TimeSpan.Zero;
                TimeSpan untilEnd = most - Stopwatch.GetElapsedTime(begun, now);
                if (untilLook > TimeSpan.Zero && untilEnd <= TimeSpan.Zero)
                {
                    return -Errno.EINPROGRESS;
                }

                if (untilLook > TimeSpan.Zero)
                {
                    // Rounded up: what is less than a millisecond would not wait at all.
                    Monitor.Wait(_gate, (int)Math.Ceiling(Least(untilLook, untilEnd).TotalMilliseconds));
                }
                else if (HangsAfterLook())
                {
                    _state = State.Left;
                    return -Errno.ETIMEDOUT;
                }
            }

            LastWait += _looked == 0 ? TimeSpan.Zero : WaitUntil(_doneAt, CallProgress.Of(Thread));
            LastDuration = Stopwatch.GetElapsedTime(_asked, _doneAt);
            _state = State.Idle;
            return _result;
        }
    }

    /// <summary>Lets it end by itself when its call has returned; then it closes what the call was about. Nobody awaits it.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            if (_state == State.Done)
            {
                _ = Libc.Close((int)_call.A);
                End();
            }
            else
            {
                (_state, _closesFile) = (State.Left, true);
            }
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
                // One that was left before it began is made: what it was to close is closed only then.
                while (_state is State.Idle or State.Done)
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
                    (_result, _state, _doneAt) = (result, State.Done, Stopwatch.GetTimestamp());
                    Monitor.PulseAll(_gate);
                    continue;
                }
            }

            if (call.OpensFile && result >= 0)
            {
                _ = Libc.Close((int)result);
            }

            if (_closesFile)
            {
                _ = Libc.Close((int)call.A);
            }

            NativeMemory.Free(_memory);
            HasEnded = true;
            _returned(this);
            return;
        }
    }

    // A clear of a terabyte takes long, and so does any call on a machine whose CPUs are busy: neither hangs.
    private bool HangsAfterLook()
    {
        CallProgress now = CallProgress.Of(Thread);
        long at = Stopwatch.GetTimestamp();
        bool hangs = false;
        if (_looked == 0)
        {
            (_looked, _first) = (at, now);
            LastWait = now.Waits ? Stopwatch.GetElapsedTime(_asked, at) : TimeSpan.Zero;
        }
        else if (now.Waits && now == _last && LastWait + WaitUntil(at, now) >= _patience)
        {
            LastWait += WaitUntil(at, now);
            hangs = true;
        }

        (_last, _lookAt) = (now, at + TicksOf(s_look));
        return hangs;
    }

    private TimeSpan WaitUntil(long at, CallProgress now)
    {
        TimeSpan wait = Stopwatch.GetElapsedTime(_looked, at) - (now.Busy - _first.Busy);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
